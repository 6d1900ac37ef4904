"""The slow, obvious twins of the kernels: Python strings and sets, nothing shared with the package but the folding."""

from fractions import Fraction

from cleaners.folding import EXTENDER, IGNORED, SEPARATOR, SPACELESS, WORD, folding_table

MASK = (1 << 64) - 1


def folded(text):
    table = folding_table()
    for point in map(ord, text):
        row = int(table.index[point])
        start = int(table.starts[row])
        points = table.points[start : start + int(table.lengths[row])].tolist() if row else [point]
        for p in points:
            yield chr(p), int(table.classes[p])


def words(text):
    found = [[]]
    kinds = [SEPARATOR]
    for character, kind in folded(text):
        if kind == IGNORED:
            continue
        opens = kind in {SEPARATOR, SPACELESS} or (kind == WORD and kinds[-1] != WORD)
        if opens or (kind == EXTENDER and kinds[-1] == SEPARATOR):
            found.append([])
            kinds.append(WORD if kind == EXTENDER else kind)
        if kind != SEPARATOR:
            found[-1].append(character)
    return ["".join(word) for word in found if word]


def shingles(text, n):
    w = words(text)
    if len(w) < n:
        return {("short", *w)} if w else set()
    return {tuple(w[i : i + n]) for i in range(len(w) - n + 1)}


def mix(x):
    x = (x ^ (x >> 33)) * 0xFF51AFD7ED558CCD & MASK
    x = (x ^ (x >> 33)) * 0xC4CEB9FE1A85EC53 & MASK
    return x ^ (x >> 33)


def hash_word(word):
    state = 0xCBF29CE484222325
    for character in word:
        state = (state ^ ord(character)) * 0x9E3779B97F4A7C15 & MASK
    return mix(state)


def hash_shingles(text, n):
    hashes = [hash_word(word) for word in words(text)]
    short = 0 < len(hashes) < n
    found = set()
    for i in range(1 if short else max(len(hashes) - n + 1, 0)):
        state = 0
        for value in hashes[i : i + n]:
            state = (state * 0xD1342543DE82EF95 + value) & MASK
        if short:
            state ^= len(hashes) * 0x9E3779B97F4A7C15 & MASK
        found.add(mix(state) or 1)
    return found


def exact(x, y):
    return Fraction(len(x & y), len(x | y)) if x and y else Fraction(0)


def greedy(sets, order, threshold):
    """Survivor of each text that goes, by comparing everything with everything: the rule itself."""
    stay = []
    survivor = {}
    for i in order:
        found = next((leader for leader in stay if exact(sets[leader], sets[i]) >= threshold), None)
        if found is None:
            stay.append(i)
        else:
            survivor[i] = found
    return survivor
