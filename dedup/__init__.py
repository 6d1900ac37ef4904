"""Near-duplicates across a corpus: sketches, candidates, proof, clusters, decisions."""

from dedup.articles import ARTICLES, DECISIONS, Verdict, decide, near_duplicates
from dedup.bands import Bands, bands_for, choose_bands, collision_probability, expected_candidates
from dedup.containment import find_contained_articles, standing_paragraphs
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
from dedup.shingles import ShingleSets, shingle_sets, word_counts
from dedup.signatures import Signatures, signatures
from dedup.sketches import sketch_batch, sketch_schema

__all__ = [
    "ARTICLES",
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
    "ShingleSets",
    "Signatures",
    "Verdict",
    "bands_for",
    "choose_bands",
    "collision_probability",
    "decide",
    "expected_candidates",
    "find_contained",
    "find_contained_articles",
    "find_duplicates",
    "jaccard",
    "near_duplicate_paragraphs",
    "near_duplicates",
    "paragraph_rank",
    "parse_dates",
    "preference_order",
    "removal_spans",
    "remove_lines",
    "shingle_sets",
    "signatures",
    "sketch_batch",
    "sketch_schema",
    "split_paragraphs",
    "standing_paragraphs",
    "word_counts",
]
