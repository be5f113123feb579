namespace MetaFs.Overlay;

/// <summary>Takes the columns of a row, in the order of their parameters.</summary>
internal interface IRowTarget
{
    /// <summary>An integer; parameters count from 1.</summary>
    void Bind(int parameter, long value);

    /// <summary>64 bits, as the signed number that has the same bits.</summary>
    void Bind(int parameter, ulong value);

    /// <summary>Bytes, NULL for null.</summary>
    void Bind(int parameter, byte[]? value);

    /// <summary>NULL.</summary>
    void BindNull(int parameter);
}
