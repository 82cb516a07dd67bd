// What a page adds when scripts run: the values to play with, their curves and surface, prediction, copying.
'use strict';
document.documentElement.classList.add('scripted');

const make = (tag, properties = {}, ...children) => {
  const element = Object.assign(document.createElement(tag), properties);
  element.append(...children);
  return element;
};
const colour = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();
const SERIES = ['--s1', '--s2', '--s3', '--s4', '--s5', '--s6'];
const DECADES = [-3, -2, -1, 0, 1, 2, 3, 4].map((n) => Number(`1e${n}`));
const DASHES = [[], [8, 4], [2, 3], [10, 3, 2, 3], [5, 2], [1, 4]];

function text(x) {
  if (Number.isNaN(x)) return 'overflow (NaN)';
  if (!Number.isFinite(x)) return `overflow (${x > 0 ? '' : '−'}∞)`;
  const size = Math.abs(x);
  const short = size !== 0 && (size < 1e-4 || size >= 1e7) ? x.toExponential(5) : String(parseFloat(x.toPrecision(6)));
  return short.replace('-', '−').replace(/\.?0*e[+]?/, 'e').replace('e-', 'e−');
}

class Play {
  constructor(root) {
    this.root = root;
    this.plan = JSON.parse(root.querySelector('script[type="application/json"]').textContent);
    this.values = Object.fromEntries(this.plan.inputs);
    this.names = this.plan.inputs.filter(([, value]) => Array.isArray(value)).map(([name]) => name);
    this.predicting = false;
    this.guesses = {};
    this.find('.slider input').addEventListener('input', (e) => this.set(this.plan.slider, 10 ** Number(e.target.value), e.target));
    root.querySelectorAll('input[data-name]').forEach((input) => {
      input.addEventListener('input', () => this.set(input.dataset.name, Number(input.value), input));
    });
    this.find('.add').addEventListener('click', () => this.add());
    this.find('.predict').addEventListener('click', () => this.predict());
    this.find('.curve-of').addEventListener('change', () => this.drawCurves());
    this.find('.surface-of')?.addEventListener('change', () => this.drawSurface());
    matchMedia('(prefers-color-scheme: dark)').addEventListener('change', () => this.redraw());
    new ResizeObserver(() => this.redraw()).observe(this.find('.plot'));
    this.rows();
    this.update();
  }

  find(selector) {
    return this.root.querySelector(selector);
  }

  get length() {
    return this.values[this.names[0]].length;
  }

  call(item, values = this.values) {
    try {
      return FORMULAS[item.call](...item.args.map((name) => (name === 'N' ? this.length : values[name])));
    } catch {
      return item.scalar ? NaN : Array(this.length).fill(NaN);
    }
  }

  set(name, value, from) {
    if (!Number.isFinite(value) || (name === this.plan.slider && value <= 0)) {
      from.setAttribute('aria-invalid', 'true');
      return;
    }
    from.removeAttribute('aria-invalid');
    this.values[name] = value;
    this.update(from);
  }

  add() {
    this.names.forEach((name) => this.values[name].push(this.values[name].at(-1)));
    this.rows();
    this.update();
    this.find('tbody tr:last-child input').focus();
  }

  remove(position) {
    if (this.length === 1) return;
    this.names.forEach((name) => this.values[name].splice(position, 1));
    this.rows();
    this.update();
    this.find('.add').focus();
  }

  predict() {
    this.predicting = !this.predicting;
    this.guesses = {};
    this.find('.predict').setAttribute('aria-pressed', String(this.predicting));
    this.rows();
    this.update();
  }

  // one row an entry: its inputs, the cells to fill, and a button
  rows() {
    const body = this.find('tbody');
    body.replaceChildren(...Array.from({ length: this.length }, (_, n) => this.row(n)));
    this.cells = [...body.rows].map((row) => [...row.querySelectorAll('td[data-column]')]);
  }

  row(n) {
    const inputs = this.names.map((name) => {
      const input = make('input', { type: 'number', step: 'any', value: this.values[name][n], ariaLabel: `${name}, entry ${n + 1}` });
      input.addEventListener('input', () => {
        const value = Number(input.value);
        if (input.value.trim() === '' || !Number.isFinite(value)) return input.setAttribute('aria-invalid', 'true');
        input.removeAttribute('aria-invalid');
        this.values[name][n] = value;
        return this.update();
      });
      return make('td', {}, input);
    });
    const results = this.plan.columns.map((_, c) => {
      const cell = make('td', {});
      cell.dataset.column = c;
      return cell;
    });
    const remove = make('button', { type: 'button', textContent: '×', ariaLabel: `remove entry ${n + 1}` });
    remove.addEventListener('click', () => this.remove(n));
    return make('tr', {}, make('th', { scope: 'row', textContent: n + 1 }), ...inputs, ...results, make('td', {}, remove));
  }

  update(from) {
    const power = Math.log10(this.values[this.plan.slider]);
    const slider = this.find('.slider input');
    if (from !== slider) slider.value = power;
    slider.setAttribute('aria-valuetext', text(this.values[this.plan.slider]));
    this.root.querySelectorAll('input[data-name]').forEach((input) => {
      if (input !== from) input.value = Number(this.values[input.dataset.name].toPrecision(6));
    });
    this.columns = this.plan.columns.map((column) => this.call(column));
    this.columns.forEach((values, c) => this.fillColumn(values, c));
    this.plan.tiles.forEach((tile, n) => this.show(this.root.querySelectorAll('dd')[n], this.call(tile)));
    this.tell();
    this.redraw();
  }

  fillColumn(values, c) {
    const share = values.every((x) => x >= 0 && x <= 1);
    values.forEach((x, n) => {
      const cell = this.cells[n][c];
      if (this.predicting && c === this.plan.predicted && !this.revealed(cell, n, x)) return undefined;
      if (this.predicting && c === this.plan.naive && !(n in this.guesses)) return cell.replaceChildren('…');
      this.show(cell, x);
      if (share) {
        const bar = make('span', { className: 'bar' });
        bar.style.width = `${100 * x}%`;
        cell.append(bar);
      }
      if (this.predicting && c === this.plan.predicted) {
        cell.append(make('span', { className: 'off', textContent: ` yours ${text(this.guesses[n])}` }));
      }
      return undefined;
    });
    const total = values.reduce((a, b) => a + b, 0);
    this.show(this.root.querySelectorAll('tfoot td[data-column]')[c], total);
  }

  revealed(cell, n, x) {
    if (n in this.guesses) return true;
    if (cell.querySelector('input')) return false;
    const input = make('input', { className: 'guess', type: 'text', inputMode: 'decimal', ariaLabel: `your guess for entry ${n + 1}` });
    input.addEventListener('change', () => {
      const guess = parse(input.value);
      if (Number.isNaN(guess)) return;
      this.guesses[n] = guess;
      this.update();
    });
    cell.replaceChildren(input);
    return false;
  }

  show(cell, x) {
    cell.replaceChildren(make('span', { className: Number.isFinite(x) ? '' : 'overflow', textContent: text(x) }));
    cell.dataset.value = String(x);
  }

  tell() {
    if (!this.plan.pair || this.predicting) return this.find('.telling').replaceChildren();
    const [one, other] = this.plan.pair.map((c) => this.columns[c]);
    const gap = Math.max(...one.map((x, n) => Math.abs(x - other[n])));
    const [first, second] = this.plan.pair.map((c) => this.plan.columns[c].label);
    const at = `${this.plan.sliderLabel} = ${text(this.values[this.plan.slider])}`;
    return this.find('.telling').replaceChildren(`At ${at}, ${first} and ${second} differ by at most ${text(gap)}.`);
  }

  // pictures follow at the screen's own pace; the numbers are there at once
  redraw() {
    this.frame ??= requestAnimationFrame(() => {
      this.frame = undefined;
      this.drawCurves();
      this.drawSurface();
    });
  }

  drawCurves() {
    const item = this.plan.curves[this.find('.curve-of').value];
    const x = Array.from({ length: 281 }, (_, n) => 10 ** ((n - 120) / 40));
    const points = x.map((value) => this.call(item, { ...this.values, [this.plan.slider]: value }));
    const lines = item.scalar ? [points] : Array.from({ length: this.length }, (_, k) => points.map((p) => p[k]));
    const place = this.find('.plot');
    const ink = colour('--ink');
    const axis = { stroke: ink, grid: { stroke: colour('--line'), width: 1 }, ticks: { stroke: colour('--line') } };
    const at = this.values[this.plan.slider];
    const series = lines.map((_, n) => ({
      label: item.scalar ? item.label : `entry ${n + 1}`, stroke: colour(SERIES[n % 6]), width: 2, dash: DASHES[n % 6],
      value: (_, v) => (v === null ? '' : text(v)), points: { show: false },
    }));
    const marker = (plot) => {
      const left = plot.valToPos(at, 'x', true);
      Object.assign(plot.ctx, { strokeStyle: ink, lineWidth: 2 });
      plot.ctx.beginPath();
      plot.ctx.moveTo(left, plot.bbox.top);
      plot.ctx.lineTo(left, plot.bbox.top + plot.bbox.height);
      plot.ctx.stroke();
    };
    const data = [x, ...lines.map((line) => line.map((y) => (Number.isFinite(y) ? y : null)))];
    const options = {
      width: Math.max(place.clientWidth, 240), height: 280, series: [{ label: this.plan.sliderLabel, value: (_, v) => (v === null ? '' : text(v)) }, ...series],
      scales: { x: { time: false, distr: 3 } }, axes: [{ ...axis, splits: () => DECADES, values: () => DECADES.map((t, n) => (place.clientWidth < 440 && n % 2 === 0 ? '' : text(t))), label: this.plan.sliderLabel, labelSize: 22, size: 34 }, { ...axis, size: 64, values: (_, ticks) => ticks.map(text) }],
      hooks: { draw: [marker] }, legend: { live: true },
    };
    this.plot?.destroy();
    this.plot = new uPlot(options, data, place);
    const ends = lines.map((line, n) => `${series[n].label} goes from ${text(line[0])} to ${text(line.at(-1))}`);
    this.find('.plot').setAttribute('aria-label', `${item.label} over ${this.plan.sliderLabel} from 0.001 to 10000: ${ends.join('; ')}`);
  }

  // a map of a scalar of two entries, in bands of equal value: dark is low, light is high
  drawSurface() {
    const canvas = this.find('.surface');
    if (!canvas) return;
    const item = this.plan.tiles[this.find('.surface-of').value];
    const size = 81;
    const across = (n) => -5 + (10 * n) / (size - 1);
    const [name] = this.names;
    const grid = Array.from({ length: size * size }, (_, n) =>
      this.call(item, { ...this.values, [name]: [across(n % size), across(size - 1 - Math.floor(n / size))] }));
    const finite = grid.filter(Number.isFinite);
    const [low, high] = finite.reduce(([a, b], v) => [Math.min(a, v), Math.max(b, v)], [Infinity, -Infinity]);
    const image = new ImageData(size, size);
    grid.forEach((v, n) => image.data.set(shade(Number.isFinite(v) && high > low ? Math.floor((15.999 * (v - low)) / (high - low)) / 15 : 0), 4 * n));
    Object.assign(canvas, { width: size, height: size });
    canvas.getContext('2d').putImageData(image, 0, 0);
    canvas.setAttribute('aria-label', `${item.label} of two entries from −5 to 5 each: it lies between ${text(low)} and ${text(high)}`);
    this.find('.surface-range').textContent = `dark ${text(low)}, light ${text(high)}, in 16 equal bands`;
  }
}

// from dark violet to light yellow, even in lightness
function shade(t) {
  const stops = [[35, 12, 76], [62, 73, 137], [38, 130, 142], [53, 183, 121], [180, 222, 44], [253, 240, 130]];
  const place = Math.min(t, 0.9999) * (stops.length - 1);
  const n = Math.floor(place);
  return [0, 1, 2].map((c) => stops[n][c] + (place - n) * (stops[n + 1][c] - stops[n][c])).concat(255);
}

function parse(given) {
  const plain = given.trim().replace('−', '-').replace(',', '.');
  const share = plain.endsWith('%') ? 0.01 : 1;
  return plain === '' ? NaN : Number(plain.replace('%', '')) * share;
}

// predict, then reveal: cells of a table that stay hidden until a guess is typed
function prediction(button) {
  const table = document.getElementById(button.getAttribute('aria-controls'));
  const cells = [...table.querySelectorAll('td[data-predict]')];
  const kept = cells.map((cell) => cell.textContent);
  button.addEventListener('click', () => {
    const on = button.getAttribute('aria-pressed') !== 'true';
    button.setAttribute('aria-pressed', String(on));
    cells.forEach((cell, n) => {
      if (!on) return cell.replaceChildren(kept[n]);
      const input = make('input', { className: 'guess', type: 'text', ariaLabel: `your guess for ${cell.dataset.predict}` });
      input.addEventListener('change', () => input.value.trim() && cell.replaceChildren(kept[n], make('span', { className: 'off', textContent: ` yours ${input.value.trim()}` })));
      return cell.replaceChildren(input);
    });
  });
}

function copying(button) {
  button.addEventListener('click', async () => {
    const source = document.getElementById(button.getAttribute('aria-controls'));
    try {
      await navigator.clipboard.writeText(source.textContent);
      button.textContent = 'Copied';
    } catch {
      getSelection().selectAllChildren(source);
      button.textContent = 'Selected';
    }
    setTimeout(() => { button.textContent = 'Copy'; }, 1500);
  });
}

document.querySelectorAll('.play').forEach((root) => new Play(root));
document.querySelectorAll('button.prediction').forEach(prediction);
document.querySelectorAll('button.copy').forEach(copying);
addEventListener('beforeprint', () => document.querySelectorAll('details:not(.source)').forEach((d) => { d.open = true; }));
