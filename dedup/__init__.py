"""Near-duplicates across a corpus: sketches, candidates, proof, clusters, decisions."""

from dedup.articles import ARTICLES, DECISIONS, Verdict, decide, near_duplicates
from dedup.bands import Bands, bands_for, choose_bands, collision_probability, expected_candidates
from dedup.containment import CONTAINED, contained_articles, prove_contained, remove_contained
from dedup.dates import parse_dates
from dedup.duplicates import FOUND, REASONS, find_duplicates
from dedup.online import Match, OnlineIndex
from dedup.paragraphs import (
    MIN_WORDS,
    PARAGRAPHS,
    Paragraphs,
    find_contained,
    near_duplicate_paragraphs,
    paragraph_rank,
    split_paragraphs,
)
from dedup.preference import PREFER, preference_order
from dedup.proof import jaccard
from dedup.removal import removal_spans, remove_lines
from dedup.rule import Rule
from dedup.samples import Samples, sample_shingles
from dedup.shingles import ShingleSets, shingle_sets, word_counts
from dedup.signatures import Signatures, signatures
from dedup.sketches import sketch_batch, sketch_lines, sketch_schema

__all__ = [
    "ARTICLES",
    "CONTAINED",
    "DECISIONS",
    "FOUND",
    "MIN_WORDS",
    "PARAGRAPHS",
    "PREFER",
    "REASONS",
    "Bands",
    "Match",
    "OnlineIndex",
    "Paragraphs",
    "Rule",
    "Samples",
    "ShingleSets",
    "Signatures",
    "Verdict",
    "bands_for",
    "choose_bands",
    "collision_probability",
    "contained_articles",
    "decide",
    "expected_candidates",
    "find_contained",
    "find_duplicates",
    "jaccard",
    "near_duplicate_paragraphs",
    "near_duplicates",
    "paragraph_rank",
    "parse_dates",
    "preference_order",
    "prove_contained",
    "removal_spans",
    "remove_contained",
    "remove_lines",
    "sample_shingles",
    "shingle_sets",
    "signatures",
    "sketch_batch",
    "sketch_lines",
    "sketch_schema",
    "split_paragraphs",
    "word_counts",
]
