/* The specification curve to look into: boxes choose options, pointer and keys go from cell to cell. Numbers come written. */
(function () {
  "use strict";
  const data = JSON.parse(document.getElementById("multiverse-data").textContent);
  const root = document.querySelector(".multiverse"), plot = root.querySelector(".multiverse-plot");
  const shown = root.querySelector(".multiverse-cell"), range = root.querySelector(".multiverse-range");
  const boxes = [...root.querySelectorAll("input[type=checkbox]")];
  const declared = data.cells.find((cell) => cell[0] === data.declared);
  const NS = "http://www.w3.org/2000/svg";
  let cells = data.cells, place = cells.indexOf(declared), oneStep = false, draw = {};

  const escaped = (text) => String(text).replace(/[&<>"]/g, (c) => ({ "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;" })[c]);
  const steps = (cell) => cell[1].filter((option, i) => option !== declared[1][i]).length;

  function chosen() {
    const on = data.choices.map((choice, i) => choice.options.map((_, k) => boxes.some((b) => b.checked && +b.dataset.choice === i && +b.dataset.option === k)));
    return data.cells.filter((cell) => cell[1].every((option, i) => on[i][option]) && (!oneStep || steps(cell) <= 1));
  }

  function paint() {
    const kept = cells[place];
    cells = chosen();
    place = Math.max(0, cells.indexOf(kept) >= 0 ? cells.indexOf(kept) : cells.indexOf(declared));
    const width = Math.max(280, plot.clientWidth), narrow = width < 560, left = narrow ? 44 : 270, right = 8;
    const each = (width - left - right) / Math.max(cells.length, 1), x = (i) => left + (i + 0.5) * each;
    const values = cells.map((cell) => cell[2]);
    const low = Math.min(0, data.mcid, ...values.map((v) => v[1])), high = Math.max(0, ...values.map((v) => v[2]));
    const least = Math.min(0, ...values.map((v) => v[3])), most = Math.max(data.threshold + 0.5, ...values.map((v) => v[3]));
    const heights = [200, 140], top = 22;
    const ratio = (v) => top + heights[0] * (1 - (v - low) / (high - low || 1));
    const below = top + heights[0] + 34, chance = (v) => below + heights[1] * (1 - (v - least) / (most - least || 1));
    const parts = [], end = width - right;
    const line = (kind, x1, y1, x2, y2) => parts.push(`<line class="${kind}" x1="${x1.toFixed(1)}" y1="${y1.toFixed(1)}" x2="${x2.toFixed(1)}" y2="${y2.toFixed(1)}"/>`);
    const text = (kind, at, y, said, anchor) => parts.push(`<text class="${kind}" x="${at.toFixed(1)}" y="${y.toFixed(1)}"${anchor ? ` text-anchor="${anchor}"` : ""}>${escaped(said)}</text>`);
    const ticks = (all, scale, from, to) => {
      let before = Infinity;
      for (const [v, said] of all) {
        if (v < from || v > to || before - scale(v) < 15) continue;
        before = scale(v);
        text("soft", left - 7, before + 4, said, "end");
        line("axis", left - 4, before, left, before);
      }
    };
    text("head", narrow ? 0 : 4, 12, `${data.measure}, median and 95% interval`);
    ticks(data.ticks, ratio, low, high);
    line("axis", left, top, left, top + heights[0]);
    line("null", left, ratio(0), end, ratio(0));
    line("broken", left, ratio(data.mcid), end, ratio(data.mcid));
    text("head", narrow ? 0 : 4, below - 9, data.claim);
    ticks(data.chances, chance, least, most);
    line("axis", left, below, left, below + heights[1]);
    line("broken", left, chance(data.threshold), end, chance(data.threshold));
    const marks = [...new Set(cells.map((cell) => cell[3]))], stroke = Math.min(6, Math.max(0.5, 0.8 * each)).toFixed(2);
    for (const mark of marks) {
      let intervals = "", dots = "", chances = "";
      const r = Math.min(4, Math.max(1.3, each * 0.4)), dot = (at, y) => `M${(at - r).toFixed(1)} ${y.toFixed(1)}a${r} ${r} 0 1 0 ${2 * r} 0a${r} ${r} 0 1 0 ${-2 * r} 0`;
      cells.forEach((cell, i) => {
        if (cell[3] !== mark) return;
        const [middle, from, to, p] = cell[2];
        intervals += `M${x(i).toFixed(1)} ${ratio(from).toFixed(1)}V${ratio(to).toFixed(1)}`;
        dots += dot(x(i), ratio(middle));
        chances += dot(x(i), chance(p));
      });
      parts.push(`<path class="${mark} interval" stroke-width="${stroke}" d="${intervals}"/><path class="${mark}" d="${dots}"/><path class="${mark}" d="${chances}"/>`);
    }
    let y = below + heights[1] + 12;
    const rows = [];
    data.choices.forEach((choice, i) => {
      y += 20;
      text("head", narrow ? 0 : 4, y, choice.name);
      choice.options.forEach((option, k) => {
        const at = cells.map((cell, n) => (cell[1][i] === k ? n : -1)).filter((n) => n >= 0);
        if (!at.length) return;
        y += 17;
        parts.push(`<text class="of-option" data-row="${i}-${k}" x="${narrow ? 8 : 14}" y="${y}">${escaped(option)}</text>`);
        if (narrow) y += 13;
        const from = narrow ? y - 8 : y - 11;
        parts.push(`<path class="option" stroke-width="${stroke}" d="${at.map((n) => `M${x(n).toFixed(1)} ${from}v${narrow ? 9 : 13}`).join("")}"/>`);
        rows.push([i, k]);
      });
    });
    const height = y + 10;
    if (cells.includes(declared)) line("declared", x(cells.indexOf(declared)), top, x(cells.indexOf(declared)), height);
    parts.push(`<line class="cursor" y1="${top}" y2="${height}"/>`);
    plot.innerHTML = `<svg xmlns="${NS}" viewBox="0 0 ${width} ${height}" aria-hidden="true">${parts.join("")}</svg>`;
    draw = { x, left, each, width };
    boundaries();
    show();
  }

  /** How far the cells that are drawn range: least and greatest median and probability, as they are written. */
  function boundaries() {
    if (!cells.length) { range.textContent = "No cell has these options."; return; }
    const by = (k) => [...cells].sort((a, b) => a[2][k] - b[2][k]), median = (cell) => cell[4].split(" ")[0];
    const ratios = by(0), chances = by(3);
    range.textContent = `${cells.length} of ${data.cells.length} analyses: ${data.measure} from ${median(ratios[0])} to ${median(ratios[ratios.length - 1])}, ${data.claim} from ${chances[0][5]} to ${chances[chances.length - 1][5]}.`;
  }

  function show() {
    const cell = cells[place], cursor = plot.querySelector(".cursor");
    plot.setAttribute("aria-valuemax", Math.max(cells.length, 1));
    plot.setAttribute("aria-valuenow", place + 1);
    plot.querySelectorAll(".of-option").forEach((node) => {
      const [i, k] = node.dataset.row.split("-").map(Number);
      node.classList.toggle("chosen", Boolean(cell) && cell[1][i] === k);
    });
    shown.className = `multiverse-cell ${cell ? cell[3] : ""}`;
    if (!cell) { shown.textContent = ""; cursor.setAttribute("visibility", "hidden"); plot.setAttribute("aria-valuetext", "no cell"); return; }
    cursor.setAttribute("x1", draw.x(place));
    cursor.setAttribute("x2", draw.x(place));
    const options = data.choices.map((choice, i) => `${choice.name}: ${choice.options[cell[1][i]]}`);
    const said = `${data.measure} ${cell[4]}, ${data.claim} ${cell[5]}, ${cell[6]}`;
    shown.innerHTML = `<p><b>${escaped(said)}</b></p><p>Cell ${cell[0]}${cell === declared ? ", the declared analysis" : ""}, ${place + 1} of ${cells.length}</p>${options.map((o) => `<p>${escaped(o)}</p>`).join("")}`;
    plot.setAttribute("aria-valuetext", `${said}; ${options.join("; ")}`);
  }

  function go(to) {
    place = Math.min(Math.max(to, 0), cells.length - 1);
    show();
  }

  plot.addEventListener("pointermove", (event) => {
    const box = plot.getBoundingClientRect();
    if (cells.length) go(Math.floor(((event.clientX - box.left) * draw.width / box.width - draw.left) / draw.each));
  });
  plot.addEventListener("keydown", (event) => {
    const by = { ArrowRight: 1, ArrowUp: 1, ArrowLeft: -1, ArrowDown: -1, PageUp: 20, PageDown: -20, Home: -Infinity, End: Infinity }[event.key];
    if (by === undefined || !cells.length) return;
    event.preventDefault();
    go(place + by);
  });
  boxes.forEach((box) => box.addEventListener("change", () => { oneStep = false; paint(); }));
  root.querySelector(".multiverse-all").addEventListener("click", () => { oneStep = false; boxes.forEach((b) => { b.checked = true; }); paint(); });
  root.querySelector(".multiverse-own").addEventListener("click", () => { oneStep = true; boxes.forEach((b) => { b.checked = true; }); paint(); });
  root.querySelector("details").open = window.innerWidth > 740;
  root.hidden = false;
  document.querySelector(".static").hidden = true;
  let before = 0;
  new ResizeObserver(() => { if (plot.clientWidth !== before) { before = plot.clientWidth; paint(); } }).observe(plot);
})();
