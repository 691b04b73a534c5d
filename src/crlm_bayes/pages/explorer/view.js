/* The explorer on its page: settings, sliders, curves, numbers, and the link that keeps them. */
(function () {
  "use strict";
  const E = window.crlmExplorer;
  const FAMILIES = { normal: "normal", student_t: "Student-t, 3 df", cauchy: "Cauchy" };
  const MEDIANS = [0.05, 20], SDS = [0.005, 10]; // what a link may ask for: named priors may lie beyond the sliders
  const NEAR = 600; // pixels before it comes into view, the drawing library is unpacked
  const place = document.getElementById("explorer");
  const $ = (selector) => place.querySelector(selector);
  const data = JSON.parse($(".explorer-data").textContent);
  const { rules, analyses } = data;
  const curves = new Map();
  const placed = {}; // where sliders were put: they answer with that place, rounded to their steps
  let state, models = null, saying = 0;

  // ---- settings ----------------------------------------------------------------------------------------------------

  const analysis = () => analyses.find((one) => one.id === state.analysis);
  const clamp = (x, low, high) => Math.min(Math.max(x, low), high);
  const limits = (control) => (control === "mcid" && analysis().sign < 0 ? [1.01, 2] : data.controls[control]);

  function fresh(id) {
    const one = analyses.find((a) => a.id === id) || analyses[0];
    state = { analysis: one.id, overstated: 1, share: 1, mcid: one.mcid };
    take(one.primary);
  }
  function take(name) { // a named prior, in its own numbers
    const found = analysis().priors.find((prior) => prior.name === name);
    if (!found) return false;
    Object.assign(state, { prior: name, median: Math.exp(found.centre), sd: found.spread, family: FAMILIES[found.dist] ? found.dist : "normal" });
    return true;
  }
  function choose(id) { // another analysis: the belief stays, turned where the other side is now the good one
    const before = analysis(), kept = Object.assign({}, state);
    fresh(id);
    Object.assign(state, { overstated: kept.overstated, share: kept.share });
    if (kept.prior) { take(kept.prior); return; }
    const median = before.sign === analysis().sign ? kept.median : 1 / kept.median;
    Object.assign(state, { prior: null, family: kept.family, sd: kept.sd, median });
  }
  function moved(control, value) {
    if (control in placed && Math.abs(value - placed[control]) <= 0.5 * data.steps[control] * (1 + 1e-9)) return;
    delete placed[control];
    if (control === "median" || control === "width") state.prior = null;
    if (control === "width") state.sd = Math.exp(value); else state[control] = Math.round(value * 1e6) / 1e6;
    redraw();
  }

  /** The prior in force, on the scale of the reported log ratio. */
  function prior() {
    const named = state.prior && analysis().priors.find((one) => one.name === state.prior);
    if (named) return named;
    const mean = Math.log(state.median), reach = rules.reach[state.family] * state.sd;
    const t = state.family === "student_t" ? { df: 3, constant: rules.student } : {};
    return Object.assign({ dist: state.family, mean, sd: state.sd, range: [Math.exp(mean - reach), Math.exp(mean + reach)] }, t);
  }

  // ---- the link ----------------------------------------------------------------------------------------------------

  function written() {
    const kept = new URLSearchParams();
    if (analyses.length > 1) kept.set("analysis", state.analysis);
    if (state.prior) kept.set("prior", state.prior);
    else { kept.set("family", state.family); kept.set("median", state.median); kept.set("sd", state.sd); }
    for (const name of ["overstated", "share", "mcid"]) kept.set(name, state[name]);
    return "#explorer?" + kept;
  }
  function restore() {
    if (!location.hash.startsWith("#explorer?")) return false;
    const kept = new URLSearchParams(location.hash.slice("#explorer?".length));
    const number = (name, [low, high], otherwise) => {
      const x = kept.has(name) && kept.get(name).trim() !== "" ? Number(kept.get(name)) : NaN;
      return Number.isFinite(x) ? clamp(x, low, high) : otherwise;
    };
    fresh(kept.get("analysis"));
    if (!(kept.has("prior") && take(kept.get("prior"))) && (kept.has("median") || kept.has("sd") || kept.has("family"))) {
      Object.assign(state, { prior: null, median: number("median", MEDIANS, 1), sd: number("sd", SDS, state.sd) });
      state.family = FAMILIES[kept.get("family")] ? kept.get("family") : "normal";
    }
    for (const name of ["overstated", "share"]) state[name] = number(name, limits(name), 1);
    const own = analysis().mcid, [low, high] = limits("mcid"); // a document may state one that no slider reaches
    state.mcid = number("mcid", [Math.min(low, own), Math.max(high, own)], own);
    return true;
  }
  function copy() {
    const link = $(".explorer-link"), said = $(".explorer-copied");
    location.replace(written());
    link.value = location.href.split("#")[0] + written();
    link.hidden = false;
    link.select();
    const done = (ok) => { said.textContent = ok ? "Copied." : "Copy it from the box."; };
    const byHand = () => done(document.execCommand("copy"));
    if (navigator.clipboard) navigator.clipboard.writeText(link.value).then(() => done(true), byHand); else byHand();
  }

  // ---- numbers -----------------------------------------------------------------------------------------------------

  function compute() {
    const one = analysis();
    if (!curves.has(one.id)) curves.set(one.id, E.readCurve(one.curve));
    const curve = curves.get(one.id), bias = 0 - one.sign * one.facing * Math.log(state.overstated);
    const found = E.summarise(curve, prior(), bias, state.share, one.sign, state.mcid, rules);
    return Object.assign(found, { one, curve, bias });
  }
  function texts(found) {
    const p = (x) => E.probability(x, [rules.survives, rules.lower]);
    const ratio = (x) => E.ratio(Math.exp(x)), one = found.one, words = rules.words[one.words];
    const mark = { what_if: "what_if", face_value: rules.atFaceValue[found.standing] }[one.footing] || found.standing;
    const [good, bad] = one.sign === 1 ? ["or lower", "or higher"] : ["or higher", "or lower"];
    return {
      median: ratio(found.median), interval: `${ratio(found.lower)} to ${ratio(found.upper)}`,
      benefit: p(one.facing === 1 ? found.pBenefit : 1 - found.pBenefit), worth: p(found.pMcid), harm: p(found.pHarm),
      worthNote: `${E.ratio(state.mcid)} ${good}`, harmNote: `${E.ratio(1 / state.mcid)} ${bad}`,
      verdict: words[mark], sign: rules.signs[mark],
    };
  }
  function belief() {
    const [low, high] = prior().range.map(E.ratio), name = state.prior && prior().title;
    const family = state.prior && !FAMILIES[prior().dist] ? prior().dist : FAMILIES[state.family];
    return { range: `${rules.level} of ratios between ${low} and ${high}`, name: name ? `the ${name} prior` : `a ${family} prior with median ${E.ratio(state.median)}` };
  }
  function show(found) {
    const t = texts(found), b = belief(), one = found.one, claim = one.claim;
    const put = (name, text) => { $(`[data-show="${name}"]`).textContent = text; };
    for (const [name, text] of Object.entries(t)) if (!["verdict", "sign"].includes(name)) put(name, text);
    put("verdict", `${t.sign} ${t.verdict}`);
    put("short", `P(${claim}) ${t.benefit}`);
    put("claim", `P(${claim})`);
    put("measure", one.measure.charAt(0).toUpperCase() + one.measure.slice(1));
    $(".explorer-verdict").className = `explorer-verdict ${found.standing}`;
    const said = {
      median: E.ratio(state.median), width: b.range,
      overstated: state.overstated === 1 ? "not at all" : `by a factor of ${E.ratio(state.overstated)}`,
      share: state.share === 0 ? "none: the prior alone" : `${Math.round(100 * state.share)}%`,
      mcid: `${one.measure} ${t.worthNote}`,
    };
    for (const [name, text] of Object.entries(said)) {
      $(`[data-value="${name}"]`).textContent = text;
      setTimeout(() => nameHandle(name, text), 0); // after the slider has written its own
    }
    for (const button of place.querySelectorAll("[data-prior]")) {
      const has = one.priors.some((prior) => prior.name === button.dataset.prior);
      button.hidden = !has;
      button.setAttribute("aria-pressed", String(button.dataset.prior === state.prior));
    }
    for (const input of place.querySelectorAll('[name="explorer-family"]')) {
      input.checked = input.value === (state.prior ? prior().dist : state.family);
    }
    const select = $("#explorer-analysis"), report = $(".explorer-report");
    if (select) select.value = one.id;
    if (report) report.href = `${one.id}/report.html`;
    const changed = [state.overstated > 1 ? `the study taken to overstate the ${claim} by a factor of ${E.ratio(state.overstated)}` : "",
      state.share < 1 ? `${Math.round(100 * state.share)}% of the evidence counted` : ""].filter(Boolean);
    const sentence = `Under ${b.name} (${b.range})${changed.length ? ", with " + changed.join(" and ") : ""}: ${one.measure} ${t.median} ` +
      `(${rules.level} equal-tailed interval ${t.interval}), P(${claim}) ${t.benefit}, P(${t.worthNote}) ${t.worth}, P(${t.harmNote}) ${t.harm}. Verdict: ${t.verdict}.`;
    clearTimeout(saying); // read aloud when the hand rests
    saying = setTimeout(() => { $(".explorer-sentence").textContent = sentence; }, 300);
    place.dataset.ready = models ? "drawn" : "numbers";
  }
  function nameHandle(name, text) {
    const widget = document.getElementById(`explorer-slider-${name}`).firstElementChild;
    const handle = widget && widget.shadowRoot && widget.shadowRoot.querySelector('[role="slider"]');
    if (!handle) return;
    handle.setAttribute("aria-label", data.labels[name]);
    handle.setAttribute("aria-valuetext", text);
  }

  // ---- picture -----------------------------------------------------------------------------------------------------

  const DOUBLES = [1 / 16, 1 / 8, 1 / 4, 1 / 2, 1, 2, 4, 8, 16], BETWEEN = [0.33, 0.67, 0.8, 1.25, 1.5, 3];

  function draw(found) {
    const { one, curve } = found, named = (name) => models.get_model_by_name(name);
    const low = Math.max(Math.min(Math.log(0.4), curve.mode - 3.5 * curve.stretch), -3);
    const high = Math.min(Math.max(Math.log(2.5), curve.mode + 3.5 * curve.stretch), 3);
    const x = Array.from({ length: 401 }, (_, i) => low + (high - low) * i / 400);
    const beliefs = prior(), lines = { prior: x.map((v) => Math.exp(E.logPrior(beliefs, v))), posterior: x.map(found.density) };
    lines.likelihood = state.share > 0 ? x.map(E.posterior(curve, { dist: "flat" }, found.bias, state.share).density) : [];
    const top = Math.max(...lines.prior, ...lines.posterior, ...lines.likelihood);
    for (const [name, y] of Object.entries(lines)) named(`${name}-data`).data = { x: y.length ? x : [], y };
    for (const [name, side] of [["good", one.sign], ["bad", -one.sign]]) {
      const chosen = x.map((v, i) => [v, lines.posterior[i]]).filter(([v]) => v * side < 0);
      if (low < 0 && high > 0) chosen.splice(side < 0 ? 0 : chosen.length, 0, [0, found.density(0)]);
      named(`${name}-data`).data = { x: chosen.map((c) => c[0]), y: chosen.map((c) => c[1]) };
    }
    named("interval-data").data = { lower: [found.lower], upper: [found.upper], y: [-0.05 * top] };
    named("median-data").data = { x: [found.median], y: [-0.05 * top] };
    named("mcid-line").location = Math.log(state.mcid);
    const plot = named("plot"), wide = document.getElementById("explorer-plot").clientWidth > 520;
    plot.x_range.setv({ start: low, end: high });
    plot.y_range.setv({ start: -0.1 * top, end: 1.06 * top });
    const axis = named("axis"), sides = ["favours treatment", "favours control"];
    if (one.sign < 0) sides.reverse();
    axis.ticker.setv({ ticks: (wide ? [...DOUBLES, ...BETWEEN] : DOUBLES).map(Math.log), minor_ticks: BETWEEN.map(Math.log) });
    axis.axis_label = `← ${sides[0]}   ${one.measure}   ${sides[1]} →`;
    document.getElementById("explorer-plot").setAttribute("aria-label", `Densities of the ${one.measure}: prior, likelihood and posterior; the numbers stand below.`);
  }
  function paint() {
    const style = getComputedStyle(place), colour = (name) => style.getPropertyValue(name).trim() || style.color;
    const named = (name) => models.get_model_by_name(name);
    const [ink, soft, good, bad] = ["--ink", "--soft", "--survives", "--harm"].map(colour);
    const lines = { prior: soft, likelihood: ink, posterior: good, interval: ink };
    for (const [name, line] of Object.entries(lines)) named(name).glyph.line_color = line;
    named("dot").glyph.setv({ fill_color: ink, line_color: ink });
    named("good").glyph.fill_color = good;
    named("bad").glyph.fill_color = bad;
    named("no-effect").line_color = soft;
    named("mcid-line").line_color = soft;
    named("axis").setv({ axis_line_color: soft, major_tick_line_color: soft, minor_tick_line_color: soft,
      major_label_text_color: ink, axis_label_text_color: ink, major_label_text_font: "sans-serif", axis_label_text_font: "sans-serif" });
  }
  function slide() {
    const values = { median: state.median, width: Math.log(state.sd), overstated: state.overstated, share: state.share, mcid: state.mcid };
    for (const [name, value] of Object.entries(values)) {
      const [start, end] = limits(name), step = data.steps[name];
      placed[name] = clamp(value, start, end);
      const nearest = start + Math.round((placed[name] - start) / step) * step;
      models.get_model_by_name(name).setv({ start, end, value: clamp(nearest, start, end) });
    }
  }
  function redraw(all) {
    const found = compute();
    if (models) { if (all) slide(); draw(found); }
    show(found);
  }

  // ---- start -------------------------------------------------------------------------------------------------------

  async function unpack() {
    const packed = Uint8Array.from(atob($(".explorer-library").textContent.trim()), (c) => c.charCodeAt(0));
    const stream = new Blob([packed]).stream().pipeThrough(new DecompressionStream("gzip"));
    const script = document.createElement("script");
    script.textContent = await new Response(stream).text();
    document.head.append(script);
    await window.Bokeh.embed.embed_items(data.document.docs, data.document.items);
    models = window.Bokeh.documents[window.Bokeh.documents.length - 1];
    paint();
    redraw(true);
    matchMedia("(prefers-color-scheme: dark)").addEventListener("change", paint);
    window.addEventListener("resize", () => draw(compute()));
  }
  function begin() {
    if (typeof DecompressionStream === "undefined") { $(".explorer-old").hidden = false; return; }
    unpack();
  }
  place.addEventListener("click", (event) => {
    const button = event.target.closest("button");
    if (!button) return;
    if (button.dataset.prior) take(button.dataset.prior);
    else if (button.dataset.act === "reset") fresh(state.analysis);
    else { copy(); return; }
    redraw(true);
  });
  place.addEventListener("change", (event) => {
    if (event.target.name === "explorer-family") { state.prior = null; state.family = event.target.value; }
    else if (event.target.id === "explorer-analysis") choose(event.target.value);
    else return;
    redraw(true);
  });
  window.addEventListener("hashchange", () => { if (restore()) redraw(true); });
  window.crlmExplorerPage = { moved, settings: () => Object.assign({}, state), compute };

  fresh(null);
  const linked = restore();
  redraw();
  place.classList.add("live");
  if (linked) place.scrollIntoView();
  if (linked || !("IntersectionObserver" in window)) begin();
  else {
    const watch = new IntersectionObserver((seen) => {
      if (seen.some((one) => one.isIntersecting)) { watch.disconnect(); begin(); }
    }, { rootMargin: `${NEAR}px` });
    watch.observe(place);
  }
})();
