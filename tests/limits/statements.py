"""Statements about limits for every N: true ones that are proved, and false ones."""

TRUE = """
limit(lse(z, beta), beta, oo) == max(z)
limit(lse(z, beta), beta, -oo) == min(z) where beta: nonzero
limit(lse(z, beta) - log(N)/beta, beta, 0) == mean(z)
limit(beta*(lse(z, beta) - max(z)), beta, oo) == log(argmax_count(z))
limit(lse(z, beta) - max(z), beta, oo) == 0
limit(mellowmax(z, omega), omega, 0) == mean(z) where omega: nonzero
limit(mellowmax(z, omega), omega, oo) == max(z)
limit(boltzmann(z, beta), beta, oo) == max(z)
limit(boltzmann(z, beta), beta, -oo) == min(z) where beta: real
limit(boltzmann(z, beta), beta, 0) == mean(z)
limit((boltzmann(z, beta) - mean(z))/beta, beta, 0) == mean(centered(z)**2)
limit(diff(boltzmann(z, beta), beta), beta, 0) == mean(centered(z)**2)
limit(diff(boltzmann(z, beta), beta), beta, oo) == 0
limit(entropy(softmax(z, beta)), beta, 0) == log(N)
limit((log(N) - entropy(softmax(z, beta)))/beta**2, beta, 0) == mean(centered(z)**2)/2
limit((lse(z, beta) - log(N)/beta - mean(z))/beta, beta, 0) == mean(centered(z)**2)/2
limit(softmax(z, beta), beta, 0) == ones(N)/N
limit(softmax(z, beta), beta, 0) == 1/N
limit(softmax(z, beta), beta, -oo) == hardmax(-z) where beta: real
limit(softmin(z, beta), beta, oo) == hardmax(-z)
limit(softmax(z, beta)[i], z[i], oo) == 1
limit(softmax(z, beta)[i], z[i], -oo) == 0 where N >= 2
limit(softmax(z, beta)[j], z[i], oo) == 0 where i != j
limit(softmax(z, beta)[j], z[i], oo) == delta(i, j)
limit(softmax(z, beta), z[i], oo) == basis(i)
limit(lse(z, beta), z[i], -oo) == lse(drop(z, i), beta)
limit(lse(z, beta), z[i], -oo) == lse(drop(z, i), beta) where N >= 2
limit(lse(z, beta) - z[i], z[i], oo) == 0
limit(drop(softmax(z, beta), i), z[i], -oo) == softmax(drop(z, i), beta)
limit(boltzmann(z, beta) - z[i], z[i], oo) == 0
limit(mellowmax(z, omega) - z[i], z[i], oo) == -log(N)/omega
limit(entropy(softmax(z, beta)), z[i], oo) == 0
limit(max(z) - z[i], z[i], oo) == 0
limit(max(z), z[i], -oo) == max(drop(z, i))
limit(-log(softmax(z, beta)[i]), z[i], oo) == 0
limit(log_softmax(z, beta)[i]/beta, beta, oo) == z[i] - max(z)
limit(sigmoid(t), t, oo) == 1
limit(sigmoid(t), t, -oo) == 0
limit(tanh(t), t, oo) == 1
limit(softplus(t, beta), beta, oo) == relu(t)
limit(softplus(t) - t, t, oo) == 0
limit(softplus(z, beta), beta, oo) == relu(z)
limit(sigmoid(beta*t), beta, oo) == (1 + sign(t))/2
limit(sigmoid(beta*z), beta, oo) == (1 + sign(z))/2
limit(tanh(beta*t), beta, oo) == sign(t)
limit(norm(x, r), r, oo) == norm(x, oo) where x: positive vector, r: positive
limit(norm(p, r), r, oo) == max(p) where r: positive
limit(log(sum(p**r))/(1 - r), r, 1) == entropy(p)
limit((1 - sum(p**r))/(r - 1), r, 1) == entropy(p)
limit(log(sum(p**r))/(1 - r), r, oo) == -log(max(p))
limit(log(sum(p**r))/(1 - r), r, 0) == log(N)
limit(mean(x**r)**(1/r), r, 0) == prod(x)**(1/N) where x: positive vector, r: nonzero
limit(mean(x**r)**(1/r), r, oo) == max(x) where x: positive vector
limit(mean(x**r)**(1/r), r, -oo) == min(x) where x: positive vector
limit(normalize(p**r), r, oo) == hardmax(p)
limit(normalize(p**r), r, 0) == ones(N)/N
limit(softmax(softmax(z, beta)), beta, oo) == softmax(hardmax(z))
limit(norm(softmax(z, beta) - hardmax(z), 1), beta, oo) == 0
limit(norm(softmax(z, beta), oo), beta, oo) == 1/argmax_count(z)
limit(lse([a*t, b*t])/t, t, oo) == max([a, b])
limit(sum(softmax(concat(z, w + t))*concat(ones(N), 0*w)), t, oo) == 0 where w: vector(M)
limit(hessian(mellowmax(z, beta), z)/beta, beta, 0) == (diag(ones(N)) - outer(ones(N), ones(N))/N)/N
limit(jacobian(softmax(z, beta), z)/beta, beta, 0) == (identity(N) - outer(ones(N), ones(N))/N)/N where beta: nonzero
limit(lse(softmax(z, beta)), beta, oo) == lse(hardmax(z))
limit(exp(-exp(t)), t, oo) == 0
limit(softplus(exp(t)) - exp(t), t, oo) == 0
limit(log(1 + exp(t**2))/t**2, t, oo) == 1
limit(lse(z, beta**2), beta, oo) == max(z)
limit(softmax(sqrt(beta)*z), beta, oo) == hardmax(z)
limit(softmax(log(beta)*z), beta, oo) == hardmax(z)
limit(softmax(z, 1/T**2), T, 0) == hardmax(z)
limit(-log(1 - p[i]**a), a, oo) == 0 where N >= 2
limit((1 - softmax(z)[i])**a, a, 0) == 1 where N >= 2
limit(lse([lse(z, beta), lse(w, beta)], beta), beta, oo) == max([max(z), max(w)]) where w: vector(M)
limit(log(sum(exp(beta*z)) + sum(exp(-beta*z)))/beta, beta, oo) == norm(z, oo)
limit(softmax([r, r, s], beta)[1], beta, oo) == 1/2 where r > s
limit(beta*(lse([1, 2, 2], beta) - 2), beta, oo) == log(2)
limit(softmax(concat(z, [c]))[1], c, -oo) == softmax(z)[1]
limit(log(max(z) - boltzmann(z, beta))/beta, beta, oo) == max(drop(z, i)) - z[i] where N >= 2, z[i] > max(drop(z, i))
limit(normalize(z + c), c, oo) == ones(N)/N
limit(dot(softmax(z, beta), w), beta, oo) == dot(hardmax(z), w)
limit(softmax(beta*z + v), beta, oo) == normalize(hardmax(z)*exp(v))
limit(softmax(z + t*basis(i)), t, oo) == basis(i)
limit(softmax(z + t), t, oo) == softmax(z)
limit(lse(z + t) - t, t, oo) == lse(z)
limit(lse(z + t) - t, t, -oo) == lse(z)
limit(grad(lse(z, beta), z), beta, oo) == hardmax(z)
limit(grad(lse(z, beta), z)[i], beta, oo) == hardmax(z)[i]
limit(jacobian(softmax(z, beta), z), beta, 0) == 0
limit(jacobian(softmax(z, beta), z)[i, j]/beta, beta, 0) == (delta(i, j) - 1/N)/N
limit(hessian(lse(z, beta), z)[i, j], beta, 0) == 0
limit(diff(softmax(z, beta), beta), beta, 0) == centered(z)/N
limit(diff(softmax(z, beta), beta), beta, oo) == 0
limit(diff(softmax(z, beta)[i], beta), beta, oo) == 0
limit(cross_entropy(p, softmax(z, beta))/beta, beta, oo) == max(z) - dot(p, z)
limit(cross_entropy(p, softmax(z, beta)), beta, 0) == log(N)
limit(kl(p, softmax(z, beta)), beta, 0) == log(N) - entropy(p)
limit(lse(concat(z, w), beta), beta, oo) == max(concat(z, w)) where w: vector(M)
limit(lse(concat(z, w), beta), beta, oo) == max([max(z), max(w)]) where w: vector(M)
limit(lse([a, b], beta), beta, oo) == max([a, b])
limit(boltzmann([a, b], beta), beta, oo) == max([a, b])
limit((exp(t) - 1)/t, t, 0) == 1
limit(log(1 + t)/t, t, 0) == 1
limit((1 + t/a)**a, a, oo) == exp(t)
limit((a**t - 1)/t, t, 0) == log(a) where a: positive
limit(t*log(t), t, 0) == 0 where t: positive
limit((cosh(t) - 1)/t**2, t, 0) == 1/2
limit((lse(z + t*v) - lse(z))/t, t, 0) == dot(softmax(z), v)
limit((softmax(z + t*v) - softmax(z))/t, t, 0) == softmax(z)*(v - dot(softmax(z), v))
limit((lse(z + t*basis(i)) - lse(z))/t, t, 0) == softmax(z)[i]
limit(max(z + t*v), t, 0) == max(z)
limit((max(z*t))/t, t, oo) == max(z)
limit(max(softmax(z, beta)), beta, oo) == 1/argmax_count(z)
limit(max(softmax(z, beta)), beta, 0) == 1/N
limit(argmax_count(softmax(z, beta)), beta, oo) == argmax_count(z)
limit(hardmax(beta*z), beta, oo) == hardmax(z)
limit(sparsemax(T*z), T, 0) == ones(N)/N
limit(sparsemax(beta*z + c), beta, oo) == hardmax(z)
limit(lse(z, 1/T), T, 0) == max(z)
limit(softmax(z, 1/T), T, 0) == hardmax(z)
limit(softmax(z/T), T, 0) == hardmax(z)
limit(softmax(z/T), T, oo) == ones(N)/N
limit(T*lse(z/T), T, 0) == max(z)
limit(norm(softmax(z, beta), 2), beta, oo) == 1/sqrt(argmax_count(z))
limit(sum(softmax(z, beta)**2), beta, oo) == 1/argmax_count(z)
limit(1/sum(softmax(z, beta)**2), beta, oo) == argmax_count(z)
limit(variance(softmax(z, beta), z), beta, 0) == mean(z**2) - mean(z)**2
limit(variance(softmax(z, beta), w), beta, oo) == variance(hardmax(z), w)
limit(expectation(softmax(z, beta), w**2), beta, oo) == expectation(hardmax(z), w**2)
limit(exp(-beta*t), beta, oo) == 0 where t: positive
limit(exp(-beta*abs(t)), beta, oo) == 1 - sign(t)**2
limit(softmax(z, beta)[i]*exp(beta*(max(z) - z[i])), beta, oo) == 1/argmax_count(z)
limit(softmax(z, beta)/max(softmax(z, beta)), beta, oo) == argmax_count(z)*hardmax(z)
limit(sum(exp(beta*z[k])*z[k], k)/sum(exp(beta*z[k]), k), beta, oo) == max(z)
limit(sum(z[k]**2*softmax(z, beta)[k], k), beta, oo) == max(z)**2
limit(logZ(z, beta)/beta, beta, oo) == max(z)
limit(logZ(z, beta), beta, 0) == log(N)
limit(kl(softmax(z, beta), ones(N)/N), beta, oo) == log(N) - log(argmax_count(z))
limit(lse(z, beta) - boltzmann(z, beta), beta, oo) == 0
limit(beta*(lse(z, beta) - boltzmann(z, beta)), beta, oo) == log(argmax_count(z))
limit(beta*(max(z) - boltzmann(z, beta)), beta, oo) == 0
limit(logit(t), t, 1/2) == 0 where t: unit
limit(p[i]*log(p[i]), p[i], 0) == 0
limit(exp(z[i])/sum(exp(z)), z[i], 0) == 1/(1 + sum(exp(drop(z, i))))
limit(z[i]**2, z[i], c) == c**2
limit(mean(x**r)**(1/r), r, 1) == mean(x) where x: positive vector, r: nonzero
limit((sum(z**2) + t)/(1 + t), t, oo) == 1
limit(sqrt(t**2 + t) - t, t, oo) == 1/2
limit(dot(softmax(z, beta), centered(z)), beta, 0) == 0
limit(diag(softmax(z, beta)) @ w, beta, oo) == hardmax(z)*w
limit(outer(softmax(z, beta), w)[i, j], beta, oo) == hardmax(z)[i]*w[j]
limit(outer(softmax(z, beta), w), beta, oo) == outer(hardmax(z), w)
limit(log(1 - max(softmax(z, beta)))/beta, beta, oo) == max(drop(z, i)) - max(z) where N >= 2, z[i] > max(drop(z, i))
limit(onehot_argmax(softmax(z, beta)), beta, oo) == onehot_argmax(z)
limit(lse(z, beta) - softplus(0, beta), beta, oo) == max(z)
limit(relu(t)/t, t, oo) == 1
limit(norm(z + t, 2)/t, t, oo) == sqrt(N)
limit((entropy(softmax(z, beta)) - log(argmax_count(z)))*beta, beta, oo) == 0
limit(t**z[i], t, 1) == 1 where t: positive
limit(exp(beta*(max(z) - max(drop(z, i))))*(1 - softmax(z, beta)[i]), beta, oo) == argmax_count(drop(z, i)) \
where N >= 2, z[i] > max(drop(z, i))
limit(hardmax(z), z[i], oo) == basis(i)
limit(onehot_argmax(z), z[i], oo) == basis(i)
limit(argmax_count(z), z[i], oo) == 1
limit(sparsemax(z), z[i], oo) == basis(i)
limit(norm(v, r), r, oo) == norm(v, oo) where r: positive
limit(norm(z - w, r), r, oo) == max(abs(z - w)) where r: positive
limit(sum(abs(v)**r)**(1/r), r, oo) == max(abs(v)) where r: positive
limit(mean(abs(v)**r)**(1/r), r, oo) == max(abs(v)) where r: positive
limit(entropy(sparsemax(beta*z)), beta, oo) == log(argmax_count(z))
limit(kl(hardmax(z), softmax(z, beta)), beta, oo) == 0
limit(softmax(z, beta)[i]*beta, beta, oo) == 0 where z[i] < max(z)
limit(t**a*exp(-t), t, oo) == 0 where t: positive
limit(t**a/exp(t), t, oo) == 0 where t: positive
limit(t**a*log(t), t, 0) == 0 where a: positive, t: positive
limit(log(t)**2/t**a, t, oo) == 0 where a: positive, t: positive
limit(t**(a - 1), t, oo) == 0 where a < 1, t: positive
limit(exp(beta**2 - exp(beta)), beta, oo) == 0
limit(softmax(z, beta)*exp(-beta**2), beta, oo) == 0
limit((1 - sum(p**r))/(r - 1), r, oo) == 0
limit(norm(z, r), r, 1) == norm(z, 1) where r: positive
limit(sum(t*(sqrt(1 + (z/t)**2) - 1)), t, 0) == norm(z, 1) where t: positive
limit(sum(tanh(t*z)), t, oo) == sum(sign(z))
limit(lse([a*t, b*t, 0])/t, t, oo) == max([a, b, 0])
limit(a*limit(softplus(b*t)/t, t, oo), b, 0) == 0
limit((outer(softmax(z, beta), ones(N)) - outer(ones(N), ones(N))/N)/beta, beta, 0) == outer(centered(z), ones(N))/N
limit(jacobian(softmax(z, beta), z) @ jacobian(softmax(z, beta), z) @ v/beta**2, beta, 0) == centered(v)/N**2
limit(kl(softmax(z + t*v), softmax(z))/t**2, t, 0) == variance(softmax(z), v)/2
limit(sum(z**2/(abs(z) + t)), t, 0) == norm(z, 1) where t: positive
limit(sum(log(1 + z**2/t))/log(1/t), t, 0) == sum(sign(z)**2) where t: positive
limit(entropy((1 - t)*y + t*ones(N)/N), t, 0) == 0 where t: unit, y: onehot
limit(kl(y, (1 - t)*y + t*ones(N)/N)/t, t, 0) == 1 - 1/N where t: unit, y: onehot
limit(sparsemax(z)[i], z[i], -oo) == 0 where N >= 2
limit(argmax_count(z), z[i], -oo) == argmax_count(drop(z, i)) where N >= 2
"""

FALSE = """
limit(softmax(z, beta), beta, oo) == onehot_argmax(z)
limit(entropy(softmax(z, beta)), beta, oo) == 0
limit(softmax(z, beta)[i], z[i], -oo) == 0
limit(softmax(z, beta)[j], z[i], oo) == 0
limit(mellowmax(z, omega), omega, oo) == mean(z)
limit(mellowmax(z, omega), z[i], -oo) == mellowmax(drop(z, i), omega) where N >= 2
limit(sigmoid(beta*t), beta, oo) == 1
limit(softmax(beta*z + v), beta, oo) == hardmax(z)
limit(beta*(lse(z, beta) - max(z)), beta, oo) == 0
limit(max(softmax(z, beta)), beta, oo) == 1
limit(dot(softmax(z, beta), w), beta, oo) == max(w)
limit(logZ(z, beta), beta, oo) == max(z)
limit(lse(z, beta), beta, 0) == mean(z)
limit(1/t, t, 0) == 0
limit(argmax_count(z), z[i], -oo) == argmax_count(z) where N >= 2
limit(sum(abs(z)**t), t, 0) == N where t: positive
limit(t**a*exp(-t), t, oo) == 1
limit(abs(t)/t, t, 0) == 1
limit(jacobian(softmax(z, beta), z)[i, j], beta, oo) == 0
limit((softmax(z, beta) - 1/N)/beta, beta, 0) == z/N where beta: nonzero
limit(T*(softmax(z, 1/T) - softmax(v, 1/T)), T, oo) == (z - v)/N
limit(log(1 - max(softmax(z, beta)))/beta, beta, oo) == max(drop(z, i)) - max(z) where N >= 2
limit(hardmax(z + t*v), t, 0) == hardmax(z)
limit(argmax_count(z + t*v), t, 0) == argmax_count(z)
limit(mean(x**r)**(1/r), r, 0) == mean(x) where x: positive vector, r: nonzero
limit(dot(x, t*ones(N)) - lse(t*ones(N)), t, oo) == -log(N) where x: positive vector
limit(exp(-beta*t), beta, oo) == 0
limit(softmax(log(beta)*z), beta, 0) == hardmax(z)
limit(softmax(z*t**3), t, -oo) == hardmax(z)
limit(exp(t - t**2), t, -oo) == 1
limit(sign(softmax(z, beta)[i] - 1/N), beta, 0) == 0
limit((a*t + b)/t, t, oo) == b
limit(a*beta/(1 + beta), beta, oo)*b == a
limit(max(z), z[i], -oo) == z[i] where z[i] > max(drop(z, i))
limit(onehot_argmax(z), z[i], c) == hardmax(z) where argmax_count(z) == 1
"""
