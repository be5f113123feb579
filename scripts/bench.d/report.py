"""Medians, ratios and tables."""

import statistics


def median(values):
    known = [value for value in values if value is not None]
    return statistics.median(known) if known else None


def ratios(results, phase, contender, base):
    """The median over the rounds of contender / base, each round by itself."""
    pairs = zip(results[phase].get(contender, []), results[phase].get(base, []))
    return median([mine / other for mine, other in pairs if mine is not None and other])


def text(value, digits=2):
    if value is None:
        return '-'
    return f'{value:.{digits}f}' if value < 100 else f'{value:.0f}'


def row(cells):
    return '| ' + ' | '.join(cells) + ' |'


def text_of(document):
    """The document as Markdown."""
    parts = [counts(document)] if 'requests' in document else []
    parts += ['\n'.join(lines) for lines in document.get('growth', {}).values()]
    if 'results' in document:
        parts.append(tables(document))
    return '\n\n'.join(parts)


def tables(document):
    """Times and ratios."""
    names = [contender['name'] for contender in document['contenders']]
    results = document['results']
    lines = [f"{document['machine']}; share: {document['share']}; {document['files']} files; "
             f"{document['rounds']} rounds; load {document['load'][0]:.1f} before, {document['load'][1]:.1f} after", '']
    lines += [row(['phase', *names, 'metafs / best peer', 'metafs / bindfs-mt']), row(['---'] * (len(names) + 3))]
    for phase in results:
        cells = [phase if document['units'][phase] == 's' else f"{phase} ({document['units'][phase]})"]
        for name in names:
            mark = '*' if phase in document['failures'].get(name, {}) else ''
            cells.append(text(median(results[phase].get(name, [])), 3 if document['units'][phase] == 's' else 2) + mark)
        best = best_peer(document, phase)
        cells.append('-' if best is None else f"{text(ratios(results, phase, 'metafs', best))} ({best})")
        cells.append(text(ratios(results, phase, 'metafs', 'bindfs-mt')))
        lines.append(row(cells))
    lines += ['', "CPU seconds of the daemons, which other load on the machine moves less:", '']
    lines += [row(['phase', *names]), row(['---'] * (len(names) + 1))]
    for phase, used in document['cpu'].items():
        if document['units'][phase] == 's':
            lines.append(row([phase, *(text(median(used[name]), 3) for name in names)]))
    lines += ['', 'Medians; ratios are medians of the rounds\' own. `*`: something failed, below.', '']
    lines += [f"- `{contender['name']}` {contender['version']}: `{contender['options']}`"
              for contender in document['contenders']]
    for name, failed in document['failures'].items():
        lines += [f'- `{name}`, {phase}: {message}' for phase, message in failed.items()]
    lines += [f'- not measured: {reason}' for reason in document['missing']]
    return '\n'.join(lines)


def best_peer(document, phase):
    """The peer with the lowest median, of those that did the phase without failing."""
    values = {}
    for contender in document['contenders']:
        name = contender['name']
        if name == 'native' or name.startswith('metafs') or contender['program'] or phase in document['failures'].get(name, {}):
            continue
        value = median(document['results'][phase].get(name, []))
        if value is not None:
            values[name] = value
    return min(values, key=values.get) if values else None


def counts(document):
    """Requests per phase as Markdown."""
    lines = []
    for phase, opcodes in document['requests'].items():
        total = sum(opcodes.values())
        words = ', '.join(f'{count} {name}' for name, count in sorted(opcodes.items(), key=lambda item: -item[1]))
        lines.append(f"- {phase}: {total} requests, {total / document['files']:.2f} per file: {words}")
    return '\n'.join(lines)
