// In: the page as the server wrote it. Out: the same page with times in the reader's zone, renewed when its
// version changes, and marked when its server can no longer be reached. Without it the page reads as well.
(() => {
  const ASK_EVERY_MS = 15_000;
  const MISSES_TOLERATED = 2;
  /** A copy in a folder answers for ever: Andon says once a minute that it still looks after it. */
  const ABANDONED_MS = 180_000;
  let { version } = document.body.dataset;
  let misses = 0;
  let timer = 0;

  const showLocalTimes = () => {
    const format = new Intl.DateTimeFormat(document.body.dataset.locale, {
      year: "numeric",
      month: "short",
      day: "numeric",
      hour: "2-digit",
      minute: "2-digit",
      timeZoneName: "short",
    });
    for (const time of document.querySelectorAll("time[data-local]")) {
      if (time.title === "") time.title = time.textContent;
      const from = new Date(time.dateTime);
      const { until } = time.dataset;
      time.textContent =
        until === undefined ? format.format(from) : format.formatRange(from, new Date(until));
    }
    document.getElementById("zone").textContent = document.body.dataset.localTimes;
  };

  const setStale = (isStale) => {
    document.getElementById("stale").hidden = !isStale;
  };

  /** What the reader has folded or unfolded stays so; what is new comes as the server has it. */
  const keepOpen = (from, to) => {
    for (const before of from.querySelectorAll("details[id]")) {
      const after = to.querySelector(`#${CSS.escape(before.id)}`);
      if (after !== null && before.dataset.touched === "1") {
        after.open = before.open;
        after.dataset.touched = "1";
      }
    }
  };

  const swap = (text) => {
    const next = new DOMParser().parseFromString(text, "text/html");
    const main = next.querySelector("main");
    const footer = next.querySelector("footer");
    const old = document.querySelector("main");
    // Something else answers here now, such as the password's form.
    if (main === null || footer === null || next.body.dataset.version === undefined) {
      location.reload();
      return;
    }
    const focused = document.activeElement?.closest("main [id]")?.id;
    keepOpen(old, main);
    const said = old.querySelector("#overall p");
    const says = main.querySelector("#overall p");
    old.replaceWith(document.adoptNode(main));
    // The live region itself stays, so that a change of its words is heard.
    if (said !== null && says !== null && said.textContent !== says.textContent) {
      const text = says.textContent;
      says.textContent = "";
      requestAnimationFrame(() => {
        says.textContent = text;
      });
    }
    document.querySelector("footer").replaceWith(document.adoptNode(footer));
    document.title = next.title;
    version = next.body.dataset.version;
    showLocalTimes();
    if (focused) document.getElementById(focused)?.querySelector("summary,a")?.focus();
  };

  const look = async () => {
    const answer = await fetch(document.body.dataset.versionFile, { cache: "no-cache" });
    if (answer.status === 401 || answer.status === 403) {
      location.reload();
      return;
    }
    if (!answer.ok) throw new Error(String(answer.status));
    const current = (await answer.json()).version;
    const { copy } = document.body.dataset;
    if (copy !== undefined) {
      const life = await (await fetch(copy, { cache: "no-cache" })).json();
      if (Date.now() - Date.parse(life.checked_at) > ABANDONED_MS) throw new Error("abandoned");
    }
    if (current === version) return;
    const page = await fetch(location.href, { cache: "no-cache" });
    if (!page.ok) throw new Error(String(page.status));
    swap(await page.text());
  };

  const ask = async () => {
    clearTimeout(timer);
    try {
      await look();
      misses = 0;
      setStale(false);
    } catch {
      misses += 1;
      if (misses >= MISSES_TOLERATED) setStale(true);
    }
    timer = setTimeout(ask, ASK_EVERY_MS);
  };

  document.addEventListener("click", (event) => {
    const details = event.target.closest?.("summary")?.parentElement;
    if (details) details.dataset.touched = "1";
  });
  // A tab that comes to the front again is brought up to date at once.
  document.addEventListener("visibilitychange", () => {
    if (!document.hidden) void ask();
  });
  addEventListener("online", () => void ask());
  addEventListener("offline", () => {
    misses = MISSES_TOLERATED;
    setStale(true);
  });

  showLocalTimes();
  if (version !== undefined) timer = setTimeout(ask, ASK_EVERY_MS);
})();
