// Charts of trends, drawn from the tables of the same page: what is shown as a picture stands there in numbers too.
"use strict";

(() => {
  const colour = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();
  const charts = [];

  function values(table, column) {
    return [...document.querySelectorAll(`#${table} tbody tr`)].map((row) => {
      const text = row.children[column].textContent;
      const cell = Number(row.children[column].querySelector("data")?.value ?? text);
      return [row.children[0].textContent, text === "–" || Number.isNaN(cell) ? null : cell];
    });
  }

  function draw(box) {
    const points = values(box.dataset.table, Number(box.dataset.column));
    const chart = echarts.init(box);
    const axis = { axisLine: { lineStyle: { color: colour("--edge") } }, axisLabel: { color: colour("--soft"), fontSize: 11 }, splitLine: { lineStyle: { color: colour("--line") } } };
    chart.setOption({
      animation: false,
      grid: { left: 42, right: 12, top: 12, bottom: 26 },
      tooltip: { trigger: "axis", valueFormatter: (value) => (typeof value === "number" ? String(Math.round(value * 10) / 10) : "–"), backgroundColor: colour("--panel"), borderColor: colour("--line"), textStyle: { color: colour("--ink"), fontSize: 12 } },
      xAxis: { type: "category", data: points.map((point) => point[0]), ...axis, splitLine: { show: false } },
      yAxis: { type: "value", scale: box.dataset.kind === "line", ...axis },
      series: [{ type: box.dataset.kind, data: points.map((point) => point[1]), color: colour("--accent"), symbolSize: 5, connectNulls: false, barMaxWidth: 22 }],
    });
    chart.on("click", (point) => {
      if (box.dataset.table !== "steps") return;
      const last = new Date(`${point.name}T00:00:00Z`);
      last.setUTCDate(last.getUTCDate() + Number(box.dataset.days ?? 1) - 1);
      const here = new URLSearchParams(location.search);
      const wanted = new URLSearchParams({ from_day: point.name, to_day: last.toISOString().slice(0, 10) });
      for (const name of ["team_id", "agent_id"]) if (here.get(name)) wanted.set(name, here.get(name));
      location.href = `/calls?${wanted}`;
    });
    charts.push(chart);
  }

  document.querySelectorAll(".chart").forEach(draw);
  window.addEventListener("resize", () => charts.forEach((chart) => chart.resize()));
})();
