"""Equations about products, extrema, indicators, signs and positions, one a line: true ones, and false ones."""

from __future__ import annotations

TRUE = """
# products over an index, factor by factor
prod(drop(x, i)) == prod(x)/x[i] where N >= 2, x: positive vector
prod(a*z) == a**N*prod(z) where a: nonzero
prod(2*z*w) == 2**N*prod(z)*prod(w)
prod(z**2) == prod(z)**2
prod(-z*exp(w)) == prod(-z)*exp(sum(w))
# absolute values and signs, factor by factor
norm(a*x, b) == abs(a)*norm(x, b) where b: positive
norm(x*y, 1) == dot(abs(x), abs(y))
abs(a**3/b) == abs(a)**3/abs(b)
sign(a/b) == sign(a)*sign(b)
abs(sign(z))*sign(z) == sign(z)
argmax_count([a, b]) == 2 - abs(sign(a - b))
onehot_argmax([a, b])[1] == 1 - max([0, sign(b - a)])
# indicators and shares among their own kind
max(hardmax(z))*argmax_count(z) == 1
max(onehot_argmax(z)) == 1
max(basis(i)) == 1
max(y) == 1 where y: onehot
hardmax(basis(i)) == basis(i)
argmax_count(y) == 1 where y: onehot
max(c*basis(1)) == max([c, 0]) where N >= 2
max(z + 3*basis(i)) == max([z[i] + 3, max(drop(z, i))]) where N >= 2
sparsemax(p + c) == p
sparsemax(softmax(z)) == softmax(z)
sparsemax(basis(i)) == basis(i)
sparsemax(y) == y where y: onehot
sparsemax(hardmax(z)) == hardmax(z)
sparsemax(sparsemax(z)) == sparsemax(z)
sparsemax(c*ones(N)) == ones(N)/N
# the derivative of sparsemax
jacobian(sparsemax(z), z)[i, j] == sign(sparsemax(z)[i])*(delta(i, j) - sign(sparsemax(z)[j])/sum(sign(sparsemax(z))))
sum(grad(sparsemax(z)[i], z)) == 0
diff(sparsemax(z)[i], z[j]) == diff(sparsemax(z)[j], z[i])
diff(sparsemax([r, 0])[1], r) == 1/2 where abs(r) < 1
# indices in order, positions that are all taken, and sums that are written out
basis(i) - basis(j) == basis(1) - basis(2) where i < j, N == 2
diff(lse(z), z[i], z[j], z[k]) == 2*softmax(z)[i]*softmax(z)[j]*softmax(z)[k] where i < j, j < k
y[1] + y[2] == 1 where y: onehot, N == 2
entropy(p) == -p[1]*log(p[1]) - (1 - p[1])*log(1 - p[1]) where N == 2
sqrt(1 - y[1] - y[2])**2 == y[3] where y: simplex, N == 3
p[1]*q[2] - p[2]*q[1] == p[1] - q[1] where N == 2
# the smallest of exponentials
log(min(softmax(z, beta))) == beta*min(z) - logZ(z, beta)
max(softmax(z))/min(softmax(z)) == exp(max(z) - min(z))
diff(log(min(softmax(z, beta))), beta) == min(z) - boltzmann(z, beta)
# odd powers, repeated values and values that never are the largest
argmax_count(z**3) == argmax_count(z)
hardmax(-z**5) == hardmax(-z)
max(-2*z**3) == -2*min(z)**3
argmax_count(concat(z, z)) == 2*argmax_count(z)
hardmax(concat(z, z)) == concat(hardmax(z), hardmax(z))/2
hardmax(concat(z, z + c)) == concat(0*z, hardmax(z)) where c: positive
argmax_count(concat(drop(z, i), [z[i]])) == argmax_count(z) where N >= 2
max(concat(z, z - x)) == max(z) where x: positive vector
max(concat(z, [z[1] - 1])) == max(z)
max([0, 1 + max(z)]) == 1 + max(concat(z, [-1]))
max(z + 1 - basis(i)) - z[i] == relu(1 + max(drop(z, i)) - z[i]) where N >= 2
prod(drop(z, i))*z[i] == prod(z) where N >= 2
diff(prod(1 + z), z[i]) == prod(1 + drop(z, i)) where N >= 2
# signs of gaps, and indicators of indicators
sum(1 - sign(max(z) - z)) == argmax_count(z)
argmax_count(hardmax(z)) == argmax_count(z)
hardmax(hardmax(z)) == hardmax(z)
sign(onehot_argmax(z)) == onehot_argmax(z)
diff(sign(a)*sqrt(abs(a)), a) == 1/(2*sqrt(abs(a)))
diff(abs(sinh(a)), a) == sign(a)*cosh(a)
hardmax(p)*p**a == hardmax(p)*max(p)**a
grad(log(max(softmax(z))), z) == hardmax(z) - softmax(z)
# two indicators
norm(x - y, oo) == 1 - dot(x, y) where x: onehot, y: onehot
max(basis(i) + 2*basis(j)) == 2 where i != j
lse(a*x + b*y) == log(exp(a) + exp(b) + N - 2) where x: onehot, y: onehot, dot(x, y) == 0
# values that are all the same, and places of maxima
z[i] == z[j] where max(z) == min(z)
boltzmann(z, beta) == max(z) where min(z) == max(z)
p == ones(N)/N where max(p) == min(p)
entropy(p) == log(N) where max(p) == 1/N
max(z) == z[i] where onehot_argmax(z)[i] == 1
argmax_count(z)*z[i] == 2*max(z) where hardmax(z)[i] == 1/2
max(z) == z[i] where z[i] >= max(z)
min(z) == z[i] where z[i] <= min(z)
max(z) == max(drop(z, i)) where z[i] <= max(drop(z, i)), N >= 2
argmax_count(drop(z, i)) == argmax_count(z) where z[i] < max(z), N >= 2
onehot_argmax(z)[i] == 0 where z[i] < max(z)
argmax_count(concat(z, [c])) == 1 where c > max(z)
hardmax(concat(z, w)) == concat(hardmax(z), 0*w) where w: vector(M), max(w) < max(z)
# conditions on entries of short vectors
lse(z + w) == lse(w) + c where z[i] == c, N == 1
softmax(z)[1] == 1/2 where z[i] == z[j], i != j, N == 2
# equations between powers and exponentials of names, and between what a vector says of itself
a == b where a**3 == b**3
x == y where x**2 == y**2, x: positive vector, y: positive vector
z == w where exp(z) == exp(w)
log_softmax(z) == log_softmax(w) where softmax(z) == softmax(w)
# sums of quotients with factors beside them
sum(t*(p - q)**2/(t*p + (1 - t)*q)) + sum((p - q)*q/(t*p + (1 - t)*q)) == 0 where t: unit
max([a, abs(max(z))]) == max([abs(max(z)), a])
"""

FALSE = """
prod(-z) == -prod(z)
max(-exp(z)) == -exp(max(z))
max(z) == max(drop(z, i)) where z[i] >= max(drop(z, i)), N >= 2
argmax_count(concat(z, w)) == argmax_count(z) where w: vector(M), max(w) <= max(z)
softmax(z)[1] == 1/2 where z[i] == z[j], N == 2
hardmax(z)*exp(z) == hardmax(z)*exp(min(z))
z[i] == 0 where max(z) == min(z)
p == ones(N)/N where max(p) == 1/2
argmax_count(z) == 1 where onehot_argmax(z)[i] == 1
z == w where softmax(z) == softmax(w)
argmax_count(z**2) == argmax_count(z)
hardmax(concat(z, z + c)) == concat(0*z, hardmax(z))
argmax_count(concat(z, w)) == argmax_count(z) + argmax_count(w) where w: vector(M)
max(concat(z, [z[1] - c])) == max(z)
prod(drop(z, i))*z[1] == prod(z) where N >= 2
sign(hardmax(z)) == hardmax(z)
diff(abs(sinh(a)), a) == sign(a)*sinh(a)
max(basis(i) + 2*basis(j)) == 2
prod(a*z) == a*prod(z)
sign(a**2) == sign(a)
abs(a**3) == a**3
max(c*basis(1)) == 0 where c: negative
max(basis(i) - basis(j)) == 1
min(basis(i)) == 0
argmax_count(-basis(i)) == N - 1
hardmax(basis(i) + basis(j)) == basis(i)
sparsemax(2*p) == p
sparsemax(c*basis(i)) == basis(i)
jacobian(sparsemax(z), z) == identity(N) - outer(sign(sparsemax(z)), ones(N))/N
diff(sparsemax([r, 0])[1], r) == 1/2
basis(i) == basis(1) where N == 2
diff(lse(z), z[i], z[j], z[k]) == 2*softmax(z)[i]*softmax(z)[j]*softmax(z)[k] where i < j
"""
