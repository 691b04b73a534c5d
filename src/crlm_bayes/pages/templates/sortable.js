"use strict";
for (const table of document.querySelectorAll("table.every")) {
  const heads = [...table.tHead.rows[0].cells], body = table.tBodies[0];
  const value = (row, i) => { const text = row.cells[i].textContent.trim(), n = Number(text); return text !== "" && Number.isFinite(n) ? n : text === "—" ? -1 : text; };
  const compare = (a, b) => typeof a === "number" && typeof b === "number" ? a - b : String(a).localeCompare(String(b));
  heads.forEach((head, i) => {
    const button = document.createElement("button");
    button.type = "button";
    button.append(...head.childNodes);
    head.append(button);
    head.setAttribute("aria-sort", "none");
    button.addEventListener("click", () => {
      const first = i === 0 ? "ascending" : "descending", was = head.getAttribute("aria-sort");
      const next = was === first ? (first === "ascending" ? "descending" : "ascending") : first;
      for (const other of heads) other.setAttribute("aria-sort", other === head ? next : "none");
      const sign = next === "ascending" ? 1 : -1;
      body.append(...[...body.rows].sort((a, b) => sign * compare(value(a, i), value(b, i))));
    });
  });
}
