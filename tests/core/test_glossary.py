"""The glossary has the textbooks' terms, in order, and finds them."""

from __future__ import annotations

import pytest

from layerlab.core.glossary import found, glossary


def names(asked: str) -> list[str]:
    return [term.name for term in found(glossary(), asked)]


def test_terms_are_in_order_and_each_says_something() -> None:
    terms = glossary()
    letters = ["".join(filter(str.isascii, term.name.casefold())) for term in terms]
    plain = ["".join(filter(str.isalnum, name)) for name in letters]
    assert plain == sorted(set(plain))
    assert all(len(term.text) > 20 for term in terms)


@pytest.mark.parametrize(
    ("asked", "name"),
    [
        ("pre-activation", "Pre-activation"),
        ("standard deviation", "Standard deviation"),
        ("probability", "Probability"),
        ("diverged", "Diverged"),
        ("hyperparameter", "Hyperparameter"),
        ("vanishing gradient", "Vanishing gradient"),
        ("exploding", "Vanishing gradient"),
        ("Glorot", "Initialization"),
        ("residual connection", "Skip connection"),
        ("EDGE of Chaos", "Critical initialization"),
        ("regularization", "Penalty"),
        ("std", "Standard deviation"),
        ("floating-point precision", "Floating-point precision"),
        ("weight norm", "Weight norm"),
        ("active unit", "Active neuron"),
        ("shuffling", "Shuffling"),
        ("kink", "Kink"),
        ("expressivity", "Expressivity"),
        ("ablation", "Ablation"),
        ("misclassified", "Confusion matrix"),
        ("derivative", "Derivative"),
        ("prediction", "Prediction"),
        ("bootstrap", "Bootstrap"),
        ("learning rate", "Learning rate"),
        ("NaN", "Diverged"),
    ],
)
def test_a_term_of_the_textbooks_is_found(asked, name) -> None:
    assert names(asked)[0] == name


def test_what_is_in_a_name_comes_first_and_nothing_is_found_for_no_term() -> None:
    found_names = names("loss")
    assert found_names[0] == "Loss"
    assert "Overfitting" in found_names
    assert names("") == [term.name for term in glossary()]
    assert names("no such word at all") == []
