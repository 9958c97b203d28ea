"""Children of children are numbered as if the main process had started them."""

from mpref import process

from liars.truth import become

CAUGHT_BY = {
    "process.name.is-hierarchical",
}


process._generated_name = lambda made: f"{type(made).__name__}-{made._identity[-1]}"

become(__name__)
