namespace MetaFs.Cli.Options;

/// <summary>Guesses which word a mistyped one was meant to be.</summary>
internal static class NearestWord
{
    private const int MaxEdits = 2;

    /// <summary>The nearest candidate, if one is near enough to be meant; else null.</summary>
    public static string? Find(string word, IEnumerable<string> candidates)
    {
        string? nearest = null;
        int best = Math.Min(MaxEdits, word.Length / 2) + 1;
        foreach (string candidate in candidates)
        {
            int distance = EditDistance(word.ToLowerInvariant(), candidate);
            if (distance < best)
                (nearest, best) = (candidate, distance);
        }

        return nearest;
    }

    /// <summary>Insertions, deletions and replacements between two words (Levenshtein), in one row of memory.</summary>
    internal static int EditDistance(string left, string right)
    {
        int[] row = new int[right.Length + 1];
        for (int j = 0; j <= right.Length; j++)
            row[j] = j;
        for (int i = 1; i <= left.Length; i++)
        {
            int diagonal = row[0];
            row[0] = i;
            for (int j = 1; j <= right.Length; j++)
            {
                int replaced = diagonal + (left[i - 1] == right[j - 1] ? 0 : 1);
                diagonal = row[j];
                row[j] = Math.Min(replaced, Math.Min(row[j], row[j - 1]) + 1);
            }
        }

        return row[right.Length];
    }
}
