// What every page does: keyboard shortcuts and suggestions of the search. Pages read well without it.
