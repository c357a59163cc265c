"""Layouts of the 8 × 8 digits such as people hold, and what reading each must give."""

from tests.images.layouts import arrays, arrow, beside, folders, objects, pictures, tables, texts

_FAMILIES = (arrays, tables, texts, arrow, folders, pictures, objects, beside)
LAYOUTS = [layout for family in _FAMILIES for layout in family.LAYOUTS]
NOT_YET = {name for family in _FAMILIES for name in family.NOT_YET}
"""Read wrongly, or refused, today. A layout leaves the list in the commit that reads it right."""
