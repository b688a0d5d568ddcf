# SPDX-License-Identifier: EUPL-1.2
"""The demonstration data: the two published tables of the programme, and a synthetic population. Nobody in it exists.

Layers: days, people, ratings, event <- journey <- history, population, running <- plan: all pure, the plan is made before
anything is sent. definitions reads files. client <- post, check, with progress <- load.py: the public HTTP API only.
"""
