"""Equations of every sort that the language has, one a line: true ones, and ones that are false somewhere."""

from __future__ import annotations

TRUE = """
# two vectors, and vectors of other lengths
sum(softmax(z + w)*exp(-w)) == sum(exp(z))/sum(exp(z + w))
lse(z + w) == lse(z) + log(dot(softmax(z), exp(w)))
dot(u - v, u + v) == dot(u, u) - dot(v, v)
variance(p, z + w) == variance(p, z) + 2*covariance(p, z, w) + variance(p, w)
kl(softmax(z), softmax(w)) == dot(softmax(z), z - w) - lse(z) + lse(w)
kl(p, softmax(z)) - kl(p, softmax(w)) == lse(z) - lse(w) - dot(p, z - w)
sum(z)*sum(w) == sum(sum(z[i]*w[j], i), j) where w: vector(M), j: index(M)
sum(sum(a*z[i] + b*w[j], i), j) == a*M*sum(z) + b*N*sum(w) where w: vector(M), j: index(M)
outer(z, w)[i, j] == z[i]*w[j] where w: vector(M), j: index(M)
sum(softmax(w)) == sum(softmax(z)) where w: vector(M)
# concatenation and dropping
lse(concat(z, concat(w, u))) == lse([lse(z), lse(concat(w, u))]) where w: vector(M), u: vector(K)
boltzmann(concat(z, w)) == (dot(exp(z), z) + dot(exp(w), w))/(sum(exp(z)) + sum(exp(w))) where w: vector(M)
entropy(concat(t*p, (1 - t)*q)) == t*entropy(p) + (1 - t)*entropy(q) + entropy([t, 1 - t]) where t: unit, t > 0
mean(concat(z, w)) == (N*mean(z) + M*mean(w))/(N + M) where w: vector(M)
dot(concat(u, v), concat(z, w)) == dot(u, z) + dot(v, w) where v: vector(M), w: vector(M)
max(concat(z, w)) == max([max(z), max(w)]) where w: vector(M)
sum(drop(z, i)) + z[i] == sum(z) where N >= 2
exp(lse(drop(z, i))) == exp(lse(z))*(1 - softmax(z)[i]) where N >= 2
log_softmax(z)[i] == -softplus(lse(drop(z, i)) - z[i]) where N >= 2
len(drop(z, i)) == N - 1 where N >= 2
drop(concat(z, w), i) == concat(drop(z, i), w) where w: vector(M)
drop(drop(z, 1), 1)[1] == z[3] where N >= 3
softmax(concat([0], drop(z, 1) - z[1]))[1] == softmax(z)[1] where N >= 2
jacobian(concat(z, [lse(z)]), z)[1, 1] == 1
# one-hot vectors, distributions, simplices
sum(y*z**3) == dot(y, z)**3 where y: onehot
norm(softmax(z) - y, 2)**2 == sum(softmax(z)**2) - 2*dot(y, softmax(z)) + 1 where y: onehot
kl(y, softmax(z)) == lse(z) - dot(y, z) where y: onehot
exp(dot(y, z)) == dot(y, exp(z)) where y: onehot
variance(y, z) == 0 where y: onehot
y[i]*y[j] == delta(i, j)*y[i] where y: onehot
sum(y*log(2*softmax(z))) == log(2) + dot(y, z) - lse(z) where y: onehot
dot(y, v)*dot(y, w) == dot(y, v*w) where y: onehot
covariance(p, u, v) == dot(p*u, v) - dot(p, u)*dot(p, v)
moment(p, z, 3) == dot(p, z**3) - 3*dot(p, z)*dot(p, z**2) + 2*dot(p, z)**3
cross_entropy(p, softmax(z)) == lse(z) - dot(p, z)
sum((p - 1/N)**2) == sum(p**2) - 1/N
sum(y*lse(z)) == lse(z) where y: simplex
# declared equations and conditions
cross_entropy(y, softmax(z)) == lse(z) - dot(y, z) where sum(y) == 1
lse(z - a) == lse(z) - a where sum(y) == 0
sum(y*(z + c)) == dot(y, z) where sum(y) == 0
sum((z - a)**2) == sum(z**2) - N*a**2 where sum(z) == N*a
softmax(z)[i] == a/(1 + a) where exp(z[i]) == a*sum(exp(drop(z, i))), N >= 2, a: positive
dot(softmax(z), z) == b where boltzmann(z) == b
z[i] - z[j] == 0 where i == j
c**3 == 2*c**2 + 5*c where c**2 == 2*c + 5
sum(z**2)/N == 1 where sum(z**2) == N
a*b == z[1]*z[2] - z[3]**2 where N == 3, a*b + z[3]**2 == z[1]*z[2]
z[i] == z[j] where i == k, z[k] == z[j]
a*z[i] == a*z[1] where a == delta(i, 1)
a*z[i] == 0 where a == delta(i, 1), i != 1
exp(z) == softmax(z) where lse(z) == 0
a + b == log(t/(1 - t)) where sigmoid(a + b) == t
log(t) - log(1 - t) == r where t == sigmoid(r)
t*exp(t)*exp(1) == N - 1 where t*exp(t) == (N - 1)/exp(1), t: nonnegative
log(c)*c == 2 where c**c == exp(2), c: positive
# vectors that equations define, and signs that are declared
lse(z) == z[i] - log(p[i]) where p == softmax(z)
kl(q, p) == lse(z) - dot(q, z) - entropy(q) where p == softmax(z)
softmax(z, beta)[i] == 1/N where z == c*ones(N)
softmax(z) == softmax(w) where z == w + c*ones(N)
sum(z**2) == sum(w**2) + N*c**2 where z == w + c*ones(N), sum(w) == 0
sum(softmax(z)*y) == exp(lse(drop(z, i)) - lse(z)) where y == ones(N) - basis(i), N >= 2
dot(p, log(q)) == dot(p, z) - lse(z) where q == softmax(z), z == beta*w
softmax(z) == p where z == log(p) + c
diff(dot(z, w), z[i]) == z[i] where w == z
sqrt(z[i])**2 == z[i] where z >= 0
log(z[i]*z[j]) == log(z[i]) + log(z[j]) where min(z) > 0
# fractional powers, roots and logarithms
log((a - b)/(c - d)) == -log((c - d)/(a - b))
log((a - b)**3/(c - d)**3) == 3*log((a - b)/(c - d))
-log_softmax(z - c*basis(i))[i] == c - z[i] + log(sum(exp(z)) - (1 - exp(-c))*exp(z[i]))
abs(1 - softmax(z)[i] - softmax(z)[j]) == 1 - softmax(z)[i] - softmax(z)[j] where i != j
sqrt((1 - p[i])**2) == 1 - p[i]
sqrt(x[i])*sqrt(x[i]) == x[i] where x: positive vector
sqrt(softmax(z)[i]*softmax(z)[j]) == exp((z[i] + z[j])/2 - lse(z))
x[i]**(3/2)/sqrt(x[i]) == x[i] where x: positive vector
(beta**(1/3))**6 == beta**2
log(x[i]**2/x[j]) == 2*log(x[i]) - log(x[j]) where x: positive vector
sqrt(r**2) == abs(r)
log(sum(p**2)) == 2*log(norm(p, 2))
T**(-1/2)*T == sqrt(T)
norm(z, 2)*norm(z, 2) == dot(z, z)
log(sigmoid(r)) - log(1 - sigmoid(r)) == r
exp(beta*log(T)) == T**beta
log(8)/log(2) == 3
# exponents that are quotients
exp(a*b/(a + b))*exp(a**2/(a + b)) == exp(a) where a: positive, b: positive
t**(1/(1 - a))*t == t**((2 - a)/(1 - a)) where t: positive, a != 1
(t**a)**(1/(a - 1)) == t*t**(1/(a - 1)) where t: positive, a != 1
exp(1/(a*(1 - a)) + 1/(b + 1)) == exp(1/a - b/(b + 1) + 1/(1 - a) + 1) where a != 1, a: nonzero, b: positive
sum(exp(z**2/(1 + z**2))*exp(1/(1 + z**2))) == N*exp(1)
norm(x**(a - 1), a/(a - 1)) == norm(x, a)**(a - 1) where x: positive vector, a > 1
diff((1 + (1 - a)*t)**(1/(1 - a)), t) == (1 + (1 - a)*t)**(a/(1 - a)) where 0 < a, a < 1, t: positive
# denominators with a bound index
sum(sigmoid(z)) + sum(sigmoid(-z)) == N
sum(1/(1 + exp(z))) == N - sum(exp(z)/(1 + exp(z)))
sum(exp(2*z)/(1 + exp(z))) == sum(exp(z)) - N + sum(sigmoid(-z))
sum(x/(1 + x)) + sum(1/(1 + x)) == N where x: positive vector
sum(x**2/(1 + x)) == sum(x) - N + sum(1/(1 + x)) where x: positive vector
diff(sum(softplus(z)), z[i]) == sigmoid(z[i])
sum(tanh(z)) == 2*sum(sigmoid(2*z)) - N
sum(1/(a + b*exp(z)) - 1/(exp(z)*b + a)) == 0 where a: positive, b: positive
sum(sigmoid(z)*(1 - sigmoid(z))) == sum(sigmoid(z)) - sum(sigmoid(z)**2)
sum(1/((1 + exp(z))*(2 + exp(z)))) == sum(1/(1 + exp(z))) - sum(1/(2 + exp(z)))
sum(1/(1 - exp(2*z))) == sum(1/(1 - exp(z)))/2 + sum(1/(1 + exp(z)))/2
log(sum(1/(x*(1 + x)**2))) == log(sum(1/x) - sum(1/(1 + x)) - sum(1/(1 + x)**2)) where x: positive vector
log(sum(p/(p + q))) == log(N - sum(q/(p + q)))
sum((p - q)**2/(p + q)) == 2 - 4*sum(p*q/(p + q))
# sums that do not separate
sum(sum(exp(z[i]*w[j]), i), j) == sum(sum(exp(w[i]*z[j]), i), j)
sum(sum((z[i] - z[j])**2, i), j) == 2*N*sum(z**2) - 2*sum(z)**2
sum(sum(p[i]*p[j]*(z[i] - z[j])**2, i), j)/2 == variance(p, z)
sum(sum(p[i]*q[j]*log(p[i]/q[j]), i), j) == cross_entropy(q, q) - entropy(p)
sum(sum(exp((z[i] - z[j])**2), i), j) == sum(sum(exp(z[i]**2 + z[j]**2 - 2*z[i]*z[j]), j), i)
sum(sum(1/(1 + exp(z[i] - z[j])), i), j) + sum(sum(1/(1 + exp(z[j] - z[i])), i), j) == N**2
sum(sum(delta(i, j)*z[i]*w[j], i), j) == dot(z, w)
sum(sum(tanh(z[i] - z[j]), i), j) == 0
sum(sum(sigmoid(z[i] - z[j]), j), i) == N**2/2
sum(sum(p[i]*p[j]/(p[i] + p[j]), i), j) == sum(sum(p[i]**2*p[j]/(p[i] + p[j])**2, i), j)*2
# sums of powers of the index
sum(k, k) == N*(N + 1)/2
sum(k**3, k) == sum(k, k)**2
sum(k, k) == M*(M + 1)/2 where k: index(M)
# derivatives, of higher orders and by vectors
diff(lse(z), z[i], z[j]) == softmax(z)[i]*delta(i, j) - softmax(z)[i]*softmax(z)[j]
diff(lse(z, beta), beta) == (boltzmann(z, beta) - lse(z, beta))/beta
diff(logZ(z, beta), beta, 3) == moment(softmax(z, beta), z, 3)
diff(entropy(softmax(z, beta)), beta) == -beta*variance(softmax(z, beta), z)
diff(sigmoid(r), r, 2) == sigmoid(r)*(1 - sigmoid(r))*(1 - 2*sigmoid(r))
grad(dot(z, z)/2, z) == z
hessian(sum(exp(z)), z) == diag(exp(z))
jacobian(centered(z), z)[i, j] == delta(i, j) - 1/N
diff(tanh(r)**2, r) == 2*tanh(r) - 2*tanh(r)**3
diff(norm(z, 2), z[i])*norm(z, 2) == z[i]
diff(sum(z**4), z[i], z[i]) == 12*z[i]**2
diff(exp(a*b), a, b) == (1 + a*b)*exp(a*b)
grad(boltzmann(z, beta), z) == softmax(z, beta)*(1 + beta*(z - boltzmann(z, beta)))
jacobian(softmax(z), z) @ ones(N) == 0*z
diff(kl(p, q), q[i]) == -p[i]/q[i]
# extrema, ties, absolute values and signs
max(z + c) == max(z) + c
max(beta*z) == beta*max(z)
min(z) == -max(-z)
max(exp(z)) == exp(max(z))
dot(hardmax(z), z) == max(z)
hardmax(exp(2*z)) == hardmax(z)
argmax_count(3*z + c) == argmax_count(z)
sum(hardmax(z)) == 1
relu(r) - relu(-r) == r
max([a, b]) + min([a, b]) == a + b
max([a, b]) - min([a, b]) == abs(a - b)
sign(r)*abs(r) == r
sign(-r) == -sign(r)
norm(beta*z, 1) == beta*norm(z, 1)
max(softmax(z)) == exp(max(z) - lse(z))
sum(sparsemax(z)) == 1
sparsemax(z + c) == sparsemax(z)
onehot_argmax(z + c) == onehot_argmax(z)
max(z) == max([z[i], max(drop(z, i))]) where N >= 2
max([max(drop(z, i)), max(drop(z, j))]) == max(z) where i != j
max(sqrt(x)) == sqrt(max(x)) where x: positive vector
max(1/x) == 1/min(x) where x: positive vector
max(log(p) - log(q)) == log(max(p/q))
max(-sqrt(x)) == -sqrt(min(x)) where x: positive vector
max(z**2) == norm(z, oo)**2
max(softplus(z)) == softplus(max(z))
max(tanh(z)) == tanh(max(z))
min(sigmoid(-z)) == sigmoid(-max(z))
max([exp(max(z)), exp(max(w))]) == exp(max(concat(z, w))) where w: vector(M)
max([2*max(z) + 1, c]) == max(concat(2*z + 1, [c]))
hardmax(1/x) == hardmax(-x) where x: positive vector
hardmax(-log(p)) == hardmax(-p)
hardmax(z)[j] == 0 where z[j] < max(z)
max(concat(z, -z)) == norm(z, oo)
(a**2 - b**2)*sign(a - b) == (a + b)*abs(a - b)
abs((beta - T)**2*(a - b)**2) == (beta - T)**2*(a - b)**2
sum(softmax(softmax(softmax(softmax(softmax(softmax(softmax(softmax(softmax(z + c)))))))))) == 1
hardmax([1, 2, 2]) == [0, 1/2, 1/2]
hardmax([r, r, s])[1] == 1/2 where r > s
max([r, s, 0]) == r where r > s, r > 0
sqrt(log(p[i])**2) == -log(p[i])
# matrices
trace(outer(u, v)) == dot(u, v)
(diag(p) - outer(p, p)) @ ones(N) == 0*p
transpose(outer(u, v)) == outer(v, u)
outer(u, v) @ w == u*dot(v, w)
trace(hessian(lse(z), z)) == 1 - sum(softmax(z)**2)
identity(N) @ diag(v) == diag(v)
dot(v, jacobian(softmax(z), z) @ v) == variance(softmax(z), v)
diag(v) @ (diag(w) @ u) == v*w*u
# a fixed N, and lists
softmax([a, b])[1] == sigmoid(a - b)
softmax(z)[1] + softmax(z)[2] == 1 where N == 2
lse([a, b, c]) == log(exp(a) + exp(b) + exp(c))
variance([1/2, 1/2], [a, b]) == (a - b)**2/4
entropy([1/4, 1/4, 1/2]) == 3*log(2)/2
prod([a, b, c]) == a*b*c
sum(z) == z[1] + z[2] + z[3] where N == 3
softmax(z)[i] == 1 where N == 1
# indices that may coincide, that may not, and literal ones
delta(i, j)*z[i] == delta(i, j)*z[j]
delta(i, j) == 0 where i != j
diff(softmax(z)[i], z[j]) == -softmax(z)[i]*softmax(z)[j] where i != j
delta(i, j)*delta(j, k) == delta(i, j)*delta(i, k)
diff(sum(z**2), z[1]) == 2*z[1]
basis(1)[i]*z[i] == z[1]*delta(i, 1)
sum(delta(i, k)*z[k]**2, k) == z[i]**2
softmax(z)[1]/softmax(z)[i] == exp(z[1] - z[i])
sum((1 - delta(i, k))*z[k], k) == sum(z) - z[i]
sum(sqrt(p + 3*q)) == sqrt(3)*sum(sqrt(p/3 + q))
sum(q*log(q + p/3)) == sum(q*log(p + 3*q)) - log(3)
sum((p/4 + 3*q/4)*log(p/4 + 3*q/4)) == sum((p + 3*q)*log(p + 3*q))/4 - log(4)
"""

FALSE = """
# two vectors, and vectors of other lengths
lse(z + w) == lse(z) + log(dot(softmax(w), exp(w)))
dot(u, v)**2 == dot(u, u)*dot(v, v)
variance(p, z + w) == variance(p, z) + variance(p, w)
sum(ones(N)) == sum(w**0) where w: vector(M)
sum(z)*sum(w) == sum(sum(z[i]*w[i], i), j)
kl(p, q) == kl(q, p)
sum(sum(a*z[i] + b*w[j], i), j) == a*N*sum(z) + b*M*sum(w) where w: vector(M), j: index(M)
# concatenation and dropping
lse(concat(z, w), beta) == lse([lse(z, beta), lse(w, beta)]) where w: vector(M)
mean(concat(z, w)) == (mean(z) + mean(w))/2 where w: vector(M)
exp(lse(drop(z, i))) == exp(lse(z))*(1 - softmax(z)[j]) where N >= 2
max(concat(z, w)) == max(z) + max(w) where w: vector(M)
sum(drop(z, 1)) == sum(z) - z[i] where N >= 2
entropy(concat(p/2, q/2)) == (entropy(p) + entropy(q))/2
# one-hot vectors, distributions, simplices
sum(y*z**3) == dot(y, z)**3 where y: simplex
y[i]*y[j] == y[i] where y: onehot
sum(x) == 1 where x: positive vector
sum(p**2) == 1/N
cross_entropy(y, softmax(z)) == lse(z) - dot(y, z) where y: positive vector
norm(softmax(z) - y, 2)**2 == sum(softmax(z)**2) - dot(y, softmax(z)) + 1 where y: onehot
p[1] + p[2] == 1 where N >= 2
# declared equations and conditions
sum(y*(z + c)) == dot(y, z) where sum(y) == 1
sum(z**2) == a**2 where sum(z) == a
z[i] == z[j] where i != j
c == 2 where c*(c - 2) == 0
t == c where t**2 == c**2
a*z[i] == 0 where a == delta(i, 1)
z[i] == 0 where z[i] == delta(i, 1)
a*z[i] == 0 where a == y[i], y: onehot
z[i] == 0 where z[1] == 0
z[i] == z[j] where i == k
z[i] == c where w == c*ones(N)
lse(z) == log(N) where z == c*ones(N)
diff(dot(z, w), z[i]) == 2*z[i] where w == z
abs(z[i]) == z[i] where z[j] >= 0
abs(w[i]) == w[i] where max(w) > 0
z[1] == w[1] where drop(z, 1) == drop(w, 1), N >= 2
abs(sum(exp(z)) - exp(z[i]) - exp(z[j])) == sum(exp(z)) - exp(z[i]) - exp(z[j])
exp(z) == softmax(z) where boltzmann(z) == 0
# fractional powers, roots and logarithms
sqrt(r**2) == r
log(x[i]*x[j]) == log(x[i]) + log(x[i]) where x: positive vector
(beta**(1/3))**3 == beta**3
sqrt(a**2 + b**2) == abs(a) + abs(b)
log(sum(p**2)) == log(norm(p, 2))
sum(sqrt(x))**2 == sum(x) where x: positive vector
log(9)/log(2) == 3
exp(a*b/(a + b))*exp(b**2/(a + b)) == exp(a) where a: positive, b: positive
(t**a)**(1/(a - 1)) == t**(1/(a - 1)) where t: positive, a != 1
# denominators with a bound index
sum(1/(1 + exp(z))) == N - sum(exp(z))/(1 + sum(exp(z)))
sum(1/(1 + exp(z))) == 1/sum(1 + exp(z))
sum(1/(2 + exp(z))) == sum(1/(1 + exp(z)))
sum(x**2/(1 + x)) == sum(x) - N where x: positive vector
sum(1/(1 + x)**2) == sum(1/(1 + x))**2 where x: positive vector
sum(tanh(z)) == 2*sum(sigmoid(z)) - N
sum(p/(p + q)) == N/2
sum(1/(x*(1 + x))) == sum(1/x) + sum(1/(1 + x)) where x: positive vector
sum(sum(p[i]**2/(p[i] + p[j]), i), j) == N/2
sum(sum(tanh(z[i] + z[j]), i), j) == 0
sum(k**2, k) == N*(N + 1)*(2*N - 1)/6
# sums that do not separate
sum(sum(exp(z[i]*w[j]), i), j) == sum(exp(z))*sum(exp(w))
sum(sum((z[i] - z[j])**2, i), j) == 2*sum(z**2) - 2*sum(z)**2
sum(sum(p[i]*p[j]*(z[i] - z[j])**2, i), j) == variance(p, z)
sum(sum(exp(z[i] - w[j]), i), j) == sum(sum(exp(w[i] - z[j]), i), j)
sum(sum(delta(i, j)*z[i]*w[j], i), j) == sum(z)*sum(w)
# derivatives
diff(lse(z), z[i], z[j]) == softmax(z)[i] - softmax(z)[i]*softmax(z)[j]
diff(lse(z, beta), beta) == boltzmann(z, beta) - lse(z, beta)
diff(logZ(z, beta), beta, 4) == moment(softmax(z, beta), z, 4)
diff(entropy(softmax(z, beta)), beta) == -variance(softmax(z, beta), z)
jacobian(centered(z), z)[i, j] == delta(i, j) - 1
grad(dot(z, z), z) == z
hessian(sum(exp(z)), z) == outer(exp(z), exp(z))
diff(exp(a*b), a, b) == a*b*exp(a*b)
diff(lse(z), z[1]) == softmax(z)[2] where N >= 2
diff(sum(p**2), p[i]) == 2*p[i] - 2*sum(p**2)
# extrema, ties, absolute values and signs
max(a*z) == a*max(z)
max(z + w) == max(z) + max(w)
max(z**2) == max(z)**2
hardmax(-z) == hardmax(z)
argmax_count(z) == 1
argmax_count(a*z) == argmax_count(z)
relu(r) + relu(-r) == r
sign(r)**2 == 1
abs(a + b) == abs(a) + abs(b)
norm(a*z, 1) == a*norm(z, 1)
hardmax(z) == onehot_argmax(z)
hardmax(z)[i] == delta(i, 1)
sparsemax(2*z) == sparsemax(z)
max(drop(z, i)) == max(z) where N >= 2
max(1/z) == 1/min(z)
max(z**3 + z**2) == max(z)**3 + max(z)**2
hardmax(z**2) == hardmax(z)
hardmax(1/x) == hardmax(x) where x: positive vector
max([max(drop(z, i)), max(drop(z, j))]) == max(z) where N >= 2
max(x/(1 + x**2)) == max(x)/(1 + max(x)**2) where x: positive vector
max([-max(z), c]) == max(concat(-z, [c]))
max(concat(z, -w)) == max(abs(z))
hardmax([r, r, s])[1] == 1/2
max([r, s, 0]) == r where r > 0
# matrices
trace(outer(u, v)) == dot(u, u)
(diag(p) - outer(p, p)) @ ones(N) == p
trace(hessian(lse(z), z)) == 1
outer(u, v) @ w == v*dot(u, w)
identity(N) == outer(ones(N), ones(N))
# a fixed N, and lists
softmax([a, b])[1] == sigmoid(b - a)
softmax(z)[1] + softmax(z)[2] == 1 where N == 3
variance([1/2, 1/2], [a, b]) == (a - b)**2/2
softmax(z)[1] == sigmoid(z[1] - z[2]) where N >= 2
sum(z) == z[1] + z[2] where N == 3
# indices that may coincide, that may not, and literal ones
delta(i, j) == 0
diff(softmax(z)[i], z[j]) == -softmax(z)[i]*softmax(z)[j]
delta(i, j)*z[i] == delta(i, j)*z[k]
delta(i, 1) == 1
z[i]*delta(i, j) == z[i]
sum((1 - delta(i, k))*z[k], k) == sum(z) - z[1]
sum(delta(1, k)*z[k], k) == z[2] where N >= 2
diff(sum(z**3), z[1], z[i]) == 6*z[1]
"""


def lines(table: str) -> list[str]:
    """The statements of a table."""
    return [line for line in table.strip().splitlines() if not line.startswith("#")]
