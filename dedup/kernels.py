"""How the compiled kernels of this package are compiled."""

from collections.abc import Callable
from typing import Any, TypeVar, cast

import numba

F = TypeVar("F", bound=Callable[..., Any])


def kernel(function: F) -> F:
    """Compile `function` to machine code that runs without the interpreter's lock.

    Never with `parallel=True`: two threads inside a parallel kernel abort the process under numba's workqueue
    layer. Threads belong to the callers, who give each its own batch.

    A compiled kernel is kept beside its module until that module changes, and holds the code of the kernels of other
    modules that it calls: `make test` and `make bench` delete what is kept when any module of this package has changed.
    """
    compiled: Callable[[F], object]
    try:
        return cast("F", numba.njit(nogil=True, cache=True, error_model="numpy")(function))
    except RuntimeError:
        # "cannot cache function": the package is installed where nothing can be written, and so is the home.
        compiled = numba.njit(nogil=True, error_model="numpy")
        return cast("F", compiled(function))
