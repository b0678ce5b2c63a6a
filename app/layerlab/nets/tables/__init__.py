"""Tables as people have them: read as a person would read them, with every decision said.

`read` goes from a file to a `Reading`: bytes to rows of texts (`source`), where the table lies
in them (`layout`), its cells column by column (`cells`), how numbers are written in the whole
file (`notation`), what each column is (`kinds`, `dates`), and what becomes of gaps, target
and problem (`reading`). Nothing here knows networks; what a network gets of a reading is in
`nets.tasks`. The reader is imported when a table is read, which few starts of the lab do.
"""

from layerlab.nets.tables.choices import DEFAULTS as DEFAULTS
from layerlab.nets.tables.choices import GAP_WAYS as GAP_WAYS
from layerlab.nets.tables.choices import Choices as Choices
from layerlab.nets.tables.kinds import KINDS as KINDS
