# SPDX-License-Identifier: EUPL-1.2
"""One udvej on one machine: a private PostgreSQL, keys, configuration, seven daemons kept alive.

Standard library only, so that a bare Debian can run it. The tests use it as a library.
Layers: place <- process, lock <- cluster, keys <- registry <- config <- accounts, health <- one <- supervise <- up,
down.
"""
