"""Tables: everything that an audit says, as rows and columns, one definition for workbooks and for CSV.

*column* says what a table is, *term*, *score* and *annex* hold the tables by what they are about, *audit* puts them in
order. Tables are data: cells are the codes, decimals and texts of ``audit.json``, in no language; a workbook says them
in words.
"""
