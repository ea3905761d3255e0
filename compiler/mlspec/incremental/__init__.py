"""What was compiled before and what has changed since in; the same result as a whole compile out, sooner.

Reading order: `build` (what is compiled again and what is not), `inputs` (what a file of specs depends on), `standing`
(whether outputs are still as they were made), `stamps` (how a file is known without reading it), `memory` (where all
of that is kept between two runs).
"""
