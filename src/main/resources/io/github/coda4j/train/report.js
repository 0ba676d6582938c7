// Draws `charts`: [{title, curves: [{name, steps, values}]}]. Drag to zoom in, double-click to zoom out.
const colors = ["#0969da", "#bc4c00", "#1a7f37"];
for (const chart of charts) {
  const box = document.createElement("div");
  const heading = document.createElement("h2");
  heading.textContent = chart.title;
  box.append(heading);
  document.getElementById("charts").append(box);
  const steps = [...new Set(chart.curves.flatMap((curve) => curve.steps))].sort((a, b) => a - b);
  const rows = chart.curves.map((curve) => {
    const at = new Map(curve.steps.map((step, i) => [step, curve.values[i]]));
    return steps.map((step) => at.get(step) ?? null);
  });
  const series = chart.curves.map((curve, i) => ({
    label: curve.name,
    stroke: colors[i],
    width: 1.5,
    spanGaps: true,
    points: { show: curve.steps.length < 60 },
    value: (_, v) => (v == null ? "" : v.toPrecision(5)),
  }));
  new uPlot(
    {
      width: 500,
      height: 260,
      scales: { x: { time: false } },
      axes: [{ label: "step" }, { size: 70, values: (_, ticks) => ticks.map((v) => String(+v.toPrecision(4))) }],
      series: [{ label: "step" }, ...series],
    },
    [steps, ...rows],
    box,
  );
}
