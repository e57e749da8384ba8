/* Charts: drawn from the table beside them, which says the same and stays where it is.

   <div class="ui-chart" data-chart="bar" data-chart-table="ID" hidden><canvas …></canvas></div>

   data-chart        "bar": one bar a row; "column": upright; "line"
   data-stacked      series that add up to a whole lie on one bar
   data-chart-table  id of the table: its row headers are the labels, the columns whose header has
                     data-series are the series, coloured by the custom property it names */
(function () {
  "use strict";

  const styles = window.getComputedStyle(document.documentElement);
  const MIN_HEIGHT = 120;
  const ROW_HEIGHT = 34;

  function colour(name) { return styles.getPropertyValue(name).trim() || "#005ea2"; }

  function number(cell) {
    const value = Number((cell.dataset.value || cell.textContent).replace(/[^0-9.-]/g, ""));
    return Number.isFinite(value) ? value : 0;
  }

  function read(table) {
    const heads = Array.from(table.querySelectorAll("thead th"));
    const rows = Array.from(table.querySelectorAll("tbody tr"));
    return {
      labels: rows.map(function (row) { return row.cells[0].textContent.trim(); }),
      datasets: heads.flatMap(function (head, column) {
        if (!head.dataset.series) { return []; }
        const shade = colour(head.dataset.series);
        return [{
          label: head.textContent.trim(),
          data: rows.map(function (row) { return number(row.cells[column]); }),
          backgroundColor: shade,
          borderColor: shade,
        }];
      }),
    };
  }

  function draw(box) {
    const table = document.getElementById(box.dataset.chartTable);
    if (!table || !window.Chart || "drawn" in box.dataset) { return; }
    box.dataset.drawn = "";
    const shape = box.dataset.chart;
    const lies = shape === "bar";
    const stacked = "stacked" in box.dataset;
    const data = read(table);
    if (!data.labels.length || !data.datasets.length) { return; }
    box.hidden = false;
    if (lies) { box.style.height = Math.max(MIN_HEIGHT, 60 + data.labels.length * ROW_HEIGHT * (stacked ? 1 : Math.max(1, data.datasets.length / 2))) + "px"; }
    new window.Chart(box.querySelector("canvas"), {
      type: shape === "line" ? "line" : "bar",
      data: data,
      options: {
        indexAxis: lies ? "y" : "x",
        animation: false,
        maintainAspectRatio: false,
        scales: {
          x: { stacked: stacked, beginAtZero: true, ticks: { precision: 0 } },
          y: { stacked: stacked, beginAtZero: true, ticks: { precision: 0 } },
        },
        plugins: { legend: { display: data.datasets.length > 1, position: "bottom" } },
      },
    });
  }

  function drawAll(root) { root.querySelectorAll("[data-chart]").forEach(draw); }
  document.addEventListener("htmx:load", function (event) { drawAll(event.target); });
  drawAll(document);
})();
