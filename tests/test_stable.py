"""Stable forms: how they look, and that they are expressions of the language."""

from __future__ import annotations

import pytest
from mpmath import mp

import softsym as ss
from softsym.errors import UnsupportedError
from softsym.expansion import expand
from softsym.language import to_text
from softsym.stable import prove_stable, stable
from softsym.stable.rules import plain
from softsym.stable.signs import sign_of

E_Z = "exp(beta*(z - max(z)))"

FORMS = {
    "softmax(z, beta)": f"{E_Z}/sum({E_Z})",
    "log_softmax(z, beta)": f"beta*(z - max(z)) - log(sum({E_Z}))",
    "lse(z, beta)": f"max(z) + log(sum({E_Z}))/beta",
    "softmin(z, beta)": "exp(beta*(min(z) - z))/sum(exp(beta*(min(z) - z)))",
    "softmax(z, c)": "exp(c*(z - sign(c)*max(sign(c)*z)))/sum(exp(c*(z - sign(c)*max(sign(c)*z))))",
    "exp(beta*(z + c))/sum(exp(beta*(z + c)))": f"{E_Z}/sum({E_Z})",
    "softmax(z, 1/T)": "exp((z - max(z))/T)/sum(exp((z - max(z))/T))",
    "sum(exp(beta*z[k])*z[k], k)/sum(exp(beta*z[k]), k)": f"sum(z*{E_Z})/sum({E_Z})",
    "softplus(x)": "relu(x) + log(1 + exp(-abs(x)))",
    "sigmoid(a)": "exp(-relu(-a))/(1 + exp(-abs(a)))",
    "tanh(a)": "sign(a)*(1 - exp(-2*abs(a)))/(1 + exp(-2*abs(a)))",
    "log(1 - sigmoid(a))": "-relu(a) - log(1 + exp(-abs(a)))",
    "hardmax(softmax(z, beta))": "hardmax(z)",
    "max(softmax(z, beta))": f"1/sum({E_Z})",
    "-log(sum(y*softmax(z))) where y: onehot": "log(sum(exp(z - max(z)))) - (sum(y*z) - max(z)) where y: onehot",
    "log(sum(exp(z)) - exp(z[i]))": "max(drop(z, i)) + log(sum(exp(drop(z, i) - max(drop(z, i)))))",
    "softmax(z)[2]": "exp(z[2] - max(z))/sum(exp(z - max(z)))",
    "z + exp(a)": "z + exp(a)",
    "lse(z, beta) - max(z)": f"log(sum({E_Z}))/beta",
    "lse(z) - lse(w)": "max(z) - max(w) + (log(sum(exp(z - max(z)))) - log(sum(exp(w - max(w)))))",
    "1 + z[1] - z[2]": "z[1] - z[2] + 1",
    "1 - tanh(a)**2": "2/(1 + exp(-2*abs(a)))*(2/(1 + exp(-2*abs(a))))*exp(-2*abs(a))",
    "exp(a) - exp(b)": "sign(a - b)*(1 - exp(-abs(b - a)))*exp(a + relu(b - a))",
    "norm(y, 3) where y: distribution": "max(y)*sum((y/max(y))**3)**(1/3) where y: distribution",
    "log(mean(z**4))": "4*log(max(abs(z)) + (1 - sign(max(abs(z))))) + log(sum((z/(max(abs(z))"
    " + (1 - sign(max(abs(z))))))**4)/N)",
    "sum(abs(z)**beta)": "sum(abs(z)**beta)",
    "norm(z, 2)": "sum(z**2)**(1/2)",
    "softmax(z)[1] - softmax(z)[2]": "sign(z[1] - z[2])*(1 - exp(-abs(z[2] - z[1])))*exp(z[1] + relu(z[2] - z[1])"
    " - max(z))/sum(exp(z - max(z)))",
}


@pytest.mark.parametrize(("text", "form"), FORMS.items())
def test_forms(text: str, form: str) -> None:
    assert to_text(stable(text)) == form


@pytest.mark.parametrize("text", FORMS)
def test_a_stable_form_is_read_back_and_is_its_own(text: str) -> None:
    form = stable(text)
    assert ss.parse(to_text(form)) == form
    assert to_text(stable(form)) == to_text(stable(stable(form)))


PROVED = (
    "lse(z, beta) - max(z)",
    "lse(z) - lse(w)",
    "1 - tanh(a)**2",
    "1 - sigmoid(a)**2",
    "norm(softmax(z) - softmax(w), 1)",
    "relu(1 + z[1] - z[2])",
    "diff(lse(z, beta), beta)",
    "softmax(z, beta)",
    "log_softmax(z, beta)",
    "lse(z, beta)",
    "mellowmax(z, omega)",
    "boltzmann(z, beta)",
    "entropy(softmax(z, beta))",
    "softmax(z, c)",
    "softplus(a)",
    "tanh(a)",
    "log(1 - sigmoid(a))",
    "cross_entropy(p, softmax(z, beta))",
    "-log(sum(y*softmax(z))) where y: onehot",
    "3**z/sum(3**z)",
    "diag(softmax(z)) - outer(softmax(z), softmax(z))",
    "log(sum(exp(z)) - exp(z[i]))",
)


@pytest.mark.parametrize("text", PROVED)
def test_the_algebra_proves_the_form(text: str) -> None:
    assert prove_stable(text).status == "proved"


@pytest.mark.parametrize("order", [3, 7.5, 400, 1e4])
@pytest.mark.parametrize("z", [[0.0, 0.0], [1e-3, 1e-4], [-1e300, 1e300], [5.0, -10.0, 10.0], [2e-200, 0.0]])
def test_norms_of_any_order_stay_in_range(z: list[float], order: float) -> None:
    with mp.workdps(40):
        wanted = mp.fsum(abs(mp.mpf(x)) ** mp.mpf(order) for x in z) ** (1 / mp.mpf(order))
    for text, values in ((f"norm(z, {order})", (z,)), ("norm(z, beta)", (z, order))):
        assert ss.lambdify(text)(*values) == pytest.approx(float(wanted), rel=1e-13)
    root = ss.lambdify("exp(log(sum(abs(z)**beta))/beta)")
    if any(z):
        assert root(z, order) == pytest.approx(float(wanted), rel=1e-12)


def test_derivatives_are_not_silently_dropped() -> None:
    with pytest.raises(UnsupportedError, match="resolve"):
        plain(expand(ss.parse("diff(lse(z), z[i])")))


@pytest.mark.parametrize("case", ["a > b", "a < b", "a == b"])
def test_the_algebra_proves_a_difference_of_exponentials(case: str) -> None:
    assert ss.check(f"{to_text(stable('exp(a) - exp(b)'))} == exp(a) - exp(b) where {case}").status == "proved"


@pytest.mark.parametrize(
    ("text", "sign"),
    [
        ("exp(z)", "positive"),
        ("-abs(z)", "nonpositive"),
        ("z**2", "nonnegative"),
        ("beta/N", "positive"),
        ("a*b", None),
        ("log(3)", "positive"),
        ("sum(y*exp(z)) where y: simplex", "nonnegative"),
        ("-sum(p)", "negative"),
        ("1 - 2", "negative"),
    ],
)
def test_signs(text: str, sign: str | None) -> None:
    assert sign_of(ss.parse_expression(text)) == sign
