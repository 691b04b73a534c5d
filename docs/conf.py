"""How the documentation is built: ``make docs``. Offline, and a warning is an error."""

import sys
from pathlib import Path

from crlm_bayes import __version__

sys.path.insert(0, str(Path(__file__).parent / "_ext"))

project = "crlm_bayes"
author = "The crlm_bayes authors"
copyright = author
version = release = __version__

extensions = ["myst_parser", "sphinx.ext.autodoc", "sphinx.ext.napoleon", "made", "mathml"]
source_suffix = {".md": "markdown"}
exclude_patterns = ["_build", "CONTRIBUTING.md", "requirements.txt"]
nitpicky = True
nitpick_ignore_regex = [("py:.*", r".*")]  # types in docstrings are words; links between pages are checked by MyST
suppress_warnings = ["autodoc.import_cycle"]
language = "en"

myst_enable_extensions = ["deflist", "dollarmath", "colon_fence", "attrs_inline"]
myst_heading_anchors = 3
html_math_renderer = "mathml"

autodoc_typehints = "none"
autodoc_member_order = "bysource"
napoleon_google_docstring = False
napoleon_use_rtype = False

html_theme = "pydata_sphinx_theme"
html_title = "crlm_bayes"
html_static_path = ["_static"]
html_css_files = ["site.css"]
html_show_sourcelink = False
alone = ("index", "start", "reading", "methods", "validation", "case", "faq", "peers", "gallery", "contributing")
html_sidebars = {name: [] for name in alone}  # pages without others beside them
html_context = {"default_mode": "auto"}
html_theme_options = {
    "navbar_align": "left",
    "navbar_end": ["theme-switcher"],
    "secondary_sidebar_items": ["page-toc"],
    "footer_start": ["copyright"],
    "footer_end": [],
    "show_prev_next": True,
    "navigation_with_keys": False,
    "header_links_before_dropdown": 6,
}
