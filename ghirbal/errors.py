"""The errors that a user of the command can cause.

GhirbalError
├── UsageError   the call is wrong: an unknown name, a field that is not there
└── InputError   the input cannot be read at all: no such path, no permission

Both carry one clear sentence, which the command prints before it ends with
exit code 2. A damaged row or file is no error: it goes to the quarantine.
"""


class GhirbalError(Exception):
    """What the command answers with one sentence instead of a traceback.

    >>> issubclass(InputError, GhirbalError) and issubclass(UsageError, GhirbalError)
    True
    """


class UsageError(GhirbalError):
    """The call asks for something that does not exist or contradicts itself.

    >>> from ghirbal import Options
    >>> Options(threshold=1.5)
    Traceback (most recent call last):
        ...
    ghirbal.errors.UsageError: --threshold wants a number from 0.01 to 1, not 1.5
    """


class InputError(GhirbalError):
    """The input does not exist, or nobody may read it.

    >>> from ghirbal.inputs import find_inputs
    >>> find_inputs(["nowhere.jsonl"])
    Traceback (most recent call last):
        ...
    ghirbal.errors.InputError: no such file or folder: nowhere.jsonl
    """
