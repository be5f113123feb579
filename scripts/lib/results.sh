# shellcheck shell=bash
# Counting: steps of scripts/test, result files of dotnet test, closing lines of other scripts.

passed=0
failed=0
skipped=0
failures=()
reasons=() # of what was skipped

heading() {
    printf '\n=== %s (%d:%02d)\n' "$1" $((SECONDS / 60)) $((SECONDS % 60))
}

# step NAME COMMAND...: one check; a function runs with errexit.
step() {
    local name=$1 status
    shift
    heading "$name"
    # Not in a condition, and in a subshell: both keep errexit alive in the function.
    set +e
    (
        set -e
        "$@"
    )
    status=$?
    set -e
    if ((status == 0)); then
        passed=$((passed + 1))
    else
        failed=$((failed + 1))
        failures+=("$name")
    fi
}

skip() {
    heading "$1"
    echo "skipped: $2"
    reasons+=("$1: $2")
    skipped=$((skipped + 1))
}

# count_trx FILE STATUS: adds the counters of a test run. A run that died or ran nothing counts as one failure.
count_trx() {
    local file=$1 status=$2 counters total ok bad
    if [[ ! -s $file ]]; then
        echo "no result file: the test run died"
        failed=$((failed + 1))
        failures+=("$(basename "$(dirname "$file")")")
        return
    fi
    counters=$(grep -o '<Counters [^>]*>' "$file")
    total=$(_attribute total "$counters")
    ok=$(_attribute passed "$counters")
    bad=$(($(_attribute failed "$counters") + $(_attribute error "$counters") + $(_attribute timeout "$counters")))
    if ((bad == 0 && (status != 0 || total == 0))); then
        echo "the test run ended with status $status, $total tests"
        bad=1 total=$((total + 1))
    fi
    passed=$((passed + ok))
    failed=$((failed + bad))
    skipped=$((skipped + total - ok - bad))
    if ((bad > 0)); then
        failures+=("$(basename "$(dirname "$file")")")
        mapfile -t -O "${#failures[@]}" failures < <(_failed_in "$file")
    fi
    mapfile -t -O "${#reasons[@]}" reasons < <(_skipped_in "$file")
}

# _failed_in FILE: each failed test, with the first lines of what it said.
_failed_in() {
    awk '
        /<UnitTestResult / { said = -1 }
        /<UnitTestResult .*outcome="Failed"/ {
            name = $0
            sub(/.* testName="/, "", name)
            sub(/" .*/, "", name)
            print "  " name
        }
        /<UnitTestResult .*outcome="Failed"/, /<\/UnitTestResult>/ {
            if (/<Message>/) said = 0
            if (said < 0 || said >= 20) next
            said++
            line = $0
            sub(/.*<Message>/, "", line)
            if (sub(/<\/Message>.*/, "", line)) said = 20
            print "    " line
        }' "$1"
}

# _skipped_in FILE: a line a reason, with the tests that gave it; dotnet test itself does not print them.
_skipped_in() {
    awk '
        /<UnitTestResult / { name = "" }
        /<UnitTestResult .*outcome="NotExecuted"/ {
            name = $0
            sub(/.* testName="/, "", name)
            sub(/".*/, "", name)
            sub(/\(.*/, "", name)
        }
        name != "" && /<Message>/ {
            reason = $0
            sub(/.*<Message>/, "", reason)
            sub(/<\/Message>.*/, "", reason)
            if (tests[reason]++ == 0) first[reason] = name
            name = ""
        }
        END {
            for (reason in tests) {
                more = (tests[reason] > 1) ? " and " (tests[reason] - 1) " more" : ""
                print first[reason] more ": " reason
            }
        }' "$1"
}

_attribute() {
    sed -n "s/.* $1=\"\([0-9]*\)\".*/\1/p" <<<"$2"
}

# count_line "N passed, N failed, N skipped" STATUS LOG: of another script, whose LOG names what failed.
count_line() {
    local ok bad rest
    if [[ $1 =~ ^([0-9]+)\ passed,\ ([0-9]+)\ failed,\ ([0-9]+)\ skipped$ ]]; then
        ok=${BASH_REMATCH[1]} bad=${BASH_REMATCH[2]} rest=${BASH_REMATCH[3]}
    else
        ok=0 bad=0 rest=0
        if (($2 == 0)); then echo "no closing line" && bad=1; fi
    fi
    if ((bad == 0 && $2 != 0)); then bad=1; fi
    passed=$((passed + ok))
    failed=$((failed + bad))
    skipped=$((skipped + rest))
    if ((rest > 0)); then reasons+=("${FUNCNAME[1]}: $rest; the reasons stand above"); fi
    if ((bad > 0)); then
        failures+=("${FUNCNAME[1]}")
        mapfile -t -O "${#failures[@]}" failures < <(_failed_of "$3")
    fi
}

# _failed_of LOG: the lab's lines of checks that failed, and what finish printed in another script.
_failed_of() {
    awk '
        /^[0-9]+ passed, / { closing = 0 }
        (closing || /^(\[[^]]*\] )?not ok / || /^lab: /) && !seen[$0]++ { print "  " $0 }
        /^failed:$/ { closing = 1 }' "$1"
}

# finish: the closing line and the exit.
finish() {
    echo
    if ((${#reasons[@]})); then printf 'skipped: %s\n' "${reasons[@]}"; fi
    # Once more, and last: who reads a long log reads its end.
    if ((failed > 0)); then
        echo "failed:"
        printf '%s\n' "${failures[@]}"
    fi
    echo "$passed passed, $failed failed, $skipped skipped"
    if ((failed > 0)); then exit 1; fi
    exit 0
}
