/* What any prior makes of an evidence curve: arithmetic alone, without Bokeh and without a page.

   A curve is the quintic spline that Python tabulated (crlm_bayes/curves.py), carried by its coefficients. A posterior
   is integrated by Gauss-Legendre panels that follow prior and likelihood over everything that matters of both, so that
   probabilities and quantiles are good to 1e-8 for heavy tails too. All of it is on the scale of the reported log ratio.
*/
(function (root, make) {
  "use strict";
  if (typeof module === "object" && module.exports) module.exports = make();
  else root.crlmExplorer = make();
})(typeof self === "undefined" ? this : self, function () {
  "use strict";

  const NODES = [0.18343464249564978, 0.525532409916329, 0.7966664774136267, 0.9602898564975362];
  const WEIGHTS = [0.36268378337836166, 0.3137066458778869, 0.22238103445337443, 0.10122853629037706];
  const POINTS = NODES.flatMap((x, i) => [[-x, WEIGHTS[i]], [x, WEIGHTS[i]]]);
  const DEGREE = 5;
  const DROP = 46; // integrands are followed until exp(-46) of their maximum, as in quadrature.py
  const FAR = 28; // tails are looked at to sinh 28 times the scale of a prior, as in curves.py
  const WINDOWS = 64;
  const LOG_SQRT_2PI = 0.5 * Math.log(2 * Math.PI);

  // ---- curve -------------------------------------------------------------------------------------------------------

  /** Prepare a curve of the payload: the spline's knots, which are not-a-knot over a uniform grid in u. */
  function readCurve(data) {
    const n = data.coefficients.length, step = (data.high - data.low) / (n - 1), t = [];
    for (let i = 0; i < n + DEGREE + 1; i++) {
      t.push(i <= DEGREE ? data.low : i >= n ? data.high : data.low + (i - 3) * step);
    }
    return { mode: data.mode, stretch: data.stretch, low: data.low, high: data.high, step, t, c: data.coefficients, tails: data.tails };
  }

  /** Log likelihood at θ; beyond the grid it goes on as it ends there. */
  function logLikelihood(curve, theta) {
    const u = Math.asinh((theta - curve.mode) / curve.stretch);
    if (u < curve.low) return spline(curve, curve.low) + beyond(curve.tails[0], curve.mode + curve.stretch * Math.sinh(curve.low) - theta);
    if (u > curve.high) return spline(curve, curve.high) + beyond(curve.tails[1], theta - curve.mode - curve.stretch * Math.sinh(curve.high));
    return spline(curve, u);
  }

  /** What a curve changes beyond its end: it falls ever faster, or levels off (crlm_bayes/tails.py). */
  function beyond([slope, bend], distance) {
    if (distance <= 0) return 0;
    if (slope <= 0 && bend <= 0) return distance * (slope + 0.5 * bend * distance);
    if (slope * bend < 0) return slope * slope / bend * Math.expm1(bend / slope * distance);
    return 0;
  }

  const scratch = new Float64Array(DEGREE + 1);

  /** The spline at u inside its knots: de Boor's algorithm. */
  function spline(curve, u) {
    const { t, c } = curve, d = scratch;
    const cell = Math.floor((u - curve.low) / curve.step) + 3;
    const k = Math.min(Math.max(cell, DEGREE), c.length - 1);
    for (let j = 0; j <= DEGREE; j++) d[j] = c[j + k - DEGREE];
    for (let r = 1; r <= DEGREE; r++) {
      for (let j = DEGREE; j >= r; j--) {
        const left = t[j + k - DEGREE], part = (u - left) / (t[j + 1 + k - r] - left);
        d[j] += (part - 1) * (d[j] - d[j - 1]);
      }
    }
    return d[DEGREE];
  }

  const gridOf = (curve) => curve.c.map((_, i) => curve.mode + curve.stretch * Math.sinh(curve.low + i * curve.step));

  // ---- priors ------------------------------------------------------------------------------------------------------

  /** Log density of a prior at x. */
  function logPrior(prior, x) {
    if (prior.dist === "flat") return 0;
    if (prior.dist === "mixture") {
      const logs = prior.means.map((m, i) => Math.log(prior.weights[i]) + logPrior({ dist: "normal", mean: m, sd: prior.sds[i] }, x));
      const top = Math.max(...logs);
      return top === -Infinity ? top : top + Math.log(logs.reduce((sum, value) => sum + Math.exp(value - top), 0));
    }
    if (prior.dist === "two_piece") {
      const z = (x - prior.mode) / (x < prior.mode ? prior.below : prior.above);
      return -0.5 * z * z - Math.log((prior.below + prior.above) / 2) - LOG_SQRT_2PI;
    }
    if (prior.dist === "quantiles") {
      const [z, slope] = score(prior, x);
      return -0.5 * z * z - LOG_SQRT_2PI - Math.log(slope);
    }
    const z = (x - prior.mean) / prior.sd;
    if (prior.dist === "normal") return -0.5 * z * z - Math.log(prior.sd) - LOG_SQRT_2PI;
    if (prior.dist === "cauchy") return -Math.log1p(z * z) - Math.log(Math.PI * prior.sd);
    return prior.constant - Math.log(prior.sd) - (prior.df + 1) / 2 * Math.log1p(z * z / prior.df);
  }

  /** Normal score of x under stated quantiles, and dx/dz there: the inverse of a monotone cubic, lines beyond it. */
  function score({ scores, values, slopes }, x) {
    const last = values.length - 1, end = x <= values[0] ? 0 : x >= values[last] ? last : -1;
    if (end >= 0) return [scores[end] + (x - values[end]) / slopes[end], slopes[end]];
    const k = values.findIndex((value) => value > x) - 1, h = scores[k + 1] - scores[k];
    const d0 = slopes[k], d1 = slopes[k + 1], secant = (values[k + 1] - values[k]) / h;
    const c2 = (3 * secant - 2 * d0 - d1) / h, c3 = (d0 + d1 - 2 * secant) / (h * h);
    let low = 0, high = h, t = (x - values[k]) / secant, slope = secant;
    for (let n = 0; n < 60; n++) { // Newton's steps inside a bracket
      const short = values[k] + t * (d0 + t * (c2 + t * c3)) - x;
      slope = d0 + t * (2 * c2 + t * 3 * c3);
      if (short < 0) low = t; else high = t;
      let next = t - short / slope;
      if (!(next >= low && next <= high)) next = 0.5 * (low + high);
      if (Math.abs(next - t) < 1e-14) break;
      t = next;
    }
    return [scores[k] + t, slope];
  }

  /** Places and scales by which panels must be fine enough for a prior. */
  const parts = (prior) => (prior.dist === "flat" ? [] : prior.scales || [[prior.mean, prior.sd]]);

  // ---- integration -------------------------------------------------------------------------------------------------

  /** Points that follow a peak, evenly near it and by constant ratios far out. */
  function graded(centre, scale, reach, each) {
    const points = [];
    for (let k = -reach; k <= reach; k += each) points.push(centre + scale * Math.sinh(k));
    return points;
  }

  const evenly = (low, high, n) => Array.from({ length: n + 1 }, (_, i) => low + (high - low) * i / n);
  const sorted = (points) => Float64Array.from(points).sort();

  /** The part of sorted points outside which there is nothing: neither density nor, in a heavy tail, mass. */
  function inside(points, log, [centre, scale]) {
    const values = Array.from(points, log), masses = values.map((v, i) => v + Math.log1p(Math.abs(points[i] - centre) / scale));
    const enough = Math.max(...values) - DROP, massive = Math.max(...masses) - DROP;
    const held = (i) => values[i] > enough && masses[i] > massive;
    let first = 0, last = values.length - 1;
    while (!held(first) && first < last) first++;
    while (!held(last) && last > first) last--;
    return [points[Math.max(first - 1, 0)], points[Math.min(last + 1, points.length - 1)]];
  }

  /** Boundaries of the panels: even over what matters, and following every peak and kink inside it. */
  function boundaries(curve, prior, weight, log) {
    const peaks = parts(prior), evidence = weight > 0 ? [[curve.mode, curve.stretch / Math.sqrt(weight)]] : [];
    const scales = [...peaks, ...evidence], grid = weight > 0 ? gridOf(curve) : [];
    const around = peaks.flatMap(([m, s]) => [...graded(m, s, FAR, 0.5), ...evenly(m - 12 * s, m + 12 * s, 96)]);
    let points = sorted([...grid, ...around]);
    for (const size of [128, 128, 0]) {
      const [from, to] = inside(points, log, scales[0]);
      points = size ? sorted([...points.filter((x) => x >= from && x <= to), ...evenly(from, to, size)]) : Float64Array.of(from, to);
    }
    const [low, high] = points, ends = grid.length ? [grid[0], grid[grid.length - 1]] : [];
    const wanted = [...evenly(low, high, WINDOWS), ...ends, ...(prior.breaks || []), ...scales.flatMap(([m, s]) => graded(m, s, FAR, 0.25))];
    return sorted(wanted.filter((x) => x >= low && x <= high)).filter((x, i, all) => i === 0 || x > all[i - 1]);
  }

  /** Multiply a curve by a prior and normalise.

      The study's estimate is the true effect plus `bias`, so L(θ + bias) is used; `weight` is the power to which the
      likelihood is raised, 0 leaving the prior alone. */
  function posterior(curve, prior, bias, weight) {
    const shifted = Object.assign({}, curve, { mode: curve.mode - bias });
    const log = (x) => (weight > 0 ? weight * logLikelihood(shifted, x) : 0) + logPrior(prior, x);
    const edges = boundaries(shifted, prior, weight, log), panels = edges.length - 1;
    const logs = [];
    for (let i = 0; i < panels; i++) {
      const half = 0.5 * (edges[i + 1] - edges[i]), middle = edges[i] + half;
      logs.push(POINTS.map(([x]) => log(middle + half * x)));
    }
    const top = logs.reduce((best, values) => Math.max(best, ...values), -Infinity), below = [0];
    logs.forEach((values, i) => {
      const area = values.reduce((sum, value, j) => sum + POINTS[j][1] * Math.exp(value - top), 0);
      below.push(below[i] + 0.5 * (edges[i + 1] - edges[i]) * area);
    });
    const total = below[panels];
    const density = (x) => (x < edges[0] || x > edges[panels] ? 0 : Math.exp(log(x) - top) / total);

    function find(values, x) { // the last panel that starts at or below x
      let low = 0, high = panels;
      while (high - low > 1) {
        const middle = (low + high) >> 1;
        if (values[middle] <= x) low = middle; else high = middle;
      }
      return low;
    }
    function pBelow(x) {
      if (x <= edges[0]) return 0;
      if (x >= edges[panels]) return 1;
      return upTo(find(edges, x), x);
    }
    function upTo(i, x) {
      const half = 0.5 * (x - edges[i]);
      return below[i] / total + half * POINTS.reduce((sum, [node, w]) => sum + w * density(edges[i] + half * (1 + node)), 0);
    }
    function quantile(p) {
      const i = find(below, p * total);
      let low = edges[i], high = edges[i + 1], x = 0.5 * (low + high);
      for (let n = 0; n < 60 && high - low > 1e-13 * (1 + Math.abs(x)); n++) { // Newton's steps inside a bracket
        const excess = upTo(i, x) - p;
        if (excess < 0) low = x; else high = x;
        const next = x - excess / density(x);
        if (Math.abs(next - x) < 1e-14) break;
        x = next > low && next < high ? next : 0.5 * (low + high);
      }
      return x;
    }
    return { pBelow, quantile, density };
  }

  /** Everything that the panel says of one posterior; ratios as reported. */
  function summarise(curve, prior, bias, weight, sign, mcid, rules) {
    const found = posterior(curve, prior, bias, weight), threshold = Math.log(mcid);
    const beyond = (x) => (sign === 1 ? found.pBelow(x) : 1 - found.pBelow(x));
    const [lower, median, upper] = [rules.lower, 0.5, rules.upper].map(found.quantile);
    const p = beyond(0);
    return {
      lower, median, upper, pBenefit: p, pMcid: beyond(threshold), pHarm: 1 - beyond(-threshold),
      standing: p >= rules.survives ? "survives" : p <= rules.lower ? "harm" : "open", density: found.density,
    };
  }

  // ---- how numbers are written, as in format.py ---------------------------------------------------------------------

  const round = (x, decimals) => Number(x.toFixed(decimals));
  const grouped = (x, decimals) => {
    const [whole, rest] = x.toFixed(decimals).split(".");
    return whole.replace(/\B(?=(\d{3})+$)/g, ",") + (rest ? "." + rest : "");
  };

  /** A ratio: fewer decimals from 10 on, more below 0.1, never rounded onto 1. */
  function ratio(x) {
    if (x !== x) return "—";
    if (x > 9999) return x === Infinity ? "∞" : ">9,999";
    if (x < 0.001) return "<0.001";
    let decimals = Math.min(Math.max(1 - Math.floor(Math.log10(x)), x < 9.995 ? 2 : x < 99.95 ? 1 : 0), 4);
    while (decimals < 6 && x !== 1 && round(x, decimals) === 1) decimals++;
    return grouped(x, decimals);
  }

  /** A probability: three decimals; more where it would look like a threshold that it misses. */
  function probability(p, edges) {
    if (p !== p) return "—";
    if (p < 0.0005) return "<0.001";
    if (p >= 0.9995) return ">0.999";
    const crosses = (edge, decimals) => {
      const [e, exact, shown] = [round(edge, 12), round(p, 12), round(p, decimals)];
      return edge > 0.5 ? (exact >= e) !== (shown >= e) : (exact <= e) !== (shown <= e);
    };
    let decimals = 3;
    while (decimals < 8 && edges.some((edge) => crosses(edge, decimals))) decimals++;
    return p.toFixed(decimals);
  }

  return { readCurve, logLikelihood, logPrior, posterior, summarise, ratio, probability };
});
