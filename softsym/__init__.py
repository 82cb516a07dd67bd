"""softsym: state a formula once; get its derivation, a proof for every N, a stable NumPy function and a live workbook.

>>> import softsym as ss
>>> z, beta = ss.vector("z"), ss.beta
>>> ss.grad(ss.lse(z, beta), z)
softmax(z, beta)
>>> ss.check("sum(softmax(z, beta)) == 1").status
'proved'
"""

from softsym.language import parse, parse_expression, parse_statement

__all__ = ["parse", "parse_expression", "parse_statement"]
