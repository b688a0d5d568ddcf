# SPDX-License-Identifier: EUPL-1.2
"""The one exception of this package: a sentence for the person at the terminal."""


class Trouble(Exception):
    """Something that the person who runs it can understand and mend."""
