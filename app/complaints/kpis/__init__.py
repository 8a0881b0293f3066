"""Figures of complaints (domain.md section 4): what each KPI counts, the rows it counts, and what its numbers say.

`definitions` is the table of KPIs; `rows` says in SQL which records each of them counts, once, for the numbers and for the lists
behind them; `arithmetic` makes values of counts and knows no database; `queries` and `records` read.
"""
