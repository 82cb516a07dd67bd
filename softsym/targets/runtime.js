// The functions of the language over numbers, arrays and arrays of arrays; scalar code uses Math itself.
const $ = {
  each(f, ...args) {
    const first = args.find(Array.isArray);
    if (first === undefined) return f(...args);
    return first.map((_, n) => $.each(f, ...args.map((a) => (Array.isArray(a) ? a[n] : a))));
  },
  add: (x, y) => $.each((a, b) => a + b, x, y),
  sub: (x, y) => $.each((a, b) => a - b, x, y),
  mul: (x, y) => $.each((a, b) => a * b, x, y),
  div: (x, y) => $.each((a, b) => a / b, x, y),
  pow: (x, y) => $.each((a, b) => a ** b, x, y),
  neg: (x) => $.each((a) => -a, x),
  exp: (x) => $.each(Math.exp, x),
  expm1: (x) => $.each(Math.expm1, x),
  log: (x) => $.each(Math.log, x),
  log1p: (x) => $.each(Math.log1p, x),
  sqrt: (x) => $.each(Math.sqrt, x),
  abs: (x) => $.each(Math.abs, x),
  sign: (x) => $.each(Math.sign, x),
  sinh: (x) => $.each(Math.sinh, x),
  cosh: (x) => $.each(Math.cosh, x),
  tanh: (x) => $.each(Math.tanh, x),
  relu: (x) => $.each((a) => Math.max(a, 0), x),
  xlogy: (x, y) => $.each((a, b) => (a === 0 ? 0 : a * Math.log(b)), x, y),
  range: (n) => Array.from({ length: n }, (_, k) => k + 1),
  sum: (v) => v.reduce((a, b) => $.add(a, b)),
  sumOver: (n, f) => $.sum($.range(n).map(f)),
  prod: (v) => v.reduce((a, b) => a * b),
  max: (v) => v.reduce((a, b) => Math.max(a, b)),
  min: (v) => v.reduce((a, b) => Math.min(a, b)),
  dot: (u, v) => $.sum($.mul(u, v)),
  count: (v) => v.filter((x) => x === $.max(v)).length,
  hardmax: (v) => v.map((x) => (x === $.max(v) ? 1 / $.count(v) : 0)),
  first: (v) => v.map((x, n) => (n === v.indexOf($.max(v)) ? 1 : 0)),
  sparsemax(v) {
    const sorted = [...v].sort((a, b) => b - a);
    let total = 0;
    let threshold = 0;
    sorted.forEach((x, n) => {
      total += x - sorted[0];
      if (1 + (n + 1) * (x - sorted[0]) > total) threshold = (total - 1) / (n + 1);
    });
    return v.map((x) => Math.max(x - sorted[0] - threshold, 0));
  },
  drop: (v, i) => v.filter((_, n) => n !== i - 1),
  fill: (n, f) => $.range(n).map(f),
  grid: (n, m, f) => $.fill(n, (i) => $.fill(m, (j) => f(i, j))),
  delta: (i, j) => (i === j ? 1 : 0),
  diag: (v) => $.grid(v.length, v.length, (i, j) => (i === j ? v[i - 1] : 0)),
  outer: (u, v) => u.map((a) => v.map((b) => a * b)),
  transpose: (A) => A[0].map((_, j) => A.map((r) => r[j])),
  trace: (A) => $.sum(A.map((r, n) => r[n])),
  matmul: (A, B) => (Array.isArray(B[0]) ? A.map((r) => $.transpose(B).map((c) => $.dot(r, c))) : A.map((r) => $.dot(r, B))),
};
