namespace Tripod.FrontDoors.Kubernetes.Patching;

/// <summary>The order of a merged list.</summary>
internal static class ListOrder
{
    /// <summary>Both lists keep their order; an item of the first goes before one of the second where the live list says so.</summary>
    /// <param name="others">Items that the change does not mention.</param>
    /// <param name="mentioned">Items that it does.</param>
    /// <param name="place">An item's place in the live list, or less than zero.</param>
    public static IEnumerable<T> Interleave<T>(IReadOnlyList<T> others, IReadOnlyList<T> mentioned, Func<T, int> place)
    {
        int i = 0, j = 0;
        while (i < others.Count || j < mentioned.Count)
        {
            if (j >= mentioned.Count || (i < others.Count && Before(others[i], mentioned[j])))
            {
                yield return others[i++];
            }
            else
            {
                yield return mentioned[j++];
            }
        }

        bool Before(T left, T right)
        {
            var (l, r) = (place(left), place(right));
            return l >= 0 && r >= 0 && l < r;
        }
    }
}
