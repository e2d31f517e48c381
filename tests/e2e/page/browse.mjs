// One story: opens the page in a browser, checks what a reader would see, keeps pictures.
// Run by test_page.py with one JSON argument: story, page, gateway, now, chromium, shots.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';

const frontend = createRequire(new URL('../../../frontend/package.json', import.meta.url));
const { chromium } = frontend('playwright-core');
const axe = readFileSync(frontend.resolve('axe-core/axe.min.js'), 'utf8');
const given = JSON.parse(process.argv[2]);

const FLAGS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];
const WIDE = 1440;
const MIDDLE = 768;
const NARROW = 390;
const LOOKS = [
  ['light', WIDE],
  ['dark', NARROW],
];
if (given.story === 'live') LOOKS.push(['light', NARROW], ['light', MIDDLE], ['dark', WIDE]);

const see = (page, text) => page.getByText(text).first().waitFor({ timeout: 15_000 });
const connection = (page, state) =>
  page.getByRole('status').filter({ hasText: new RegExp(`^${state}`) }).waitFor({ timeout: 15_000 });
const post = (path) => fetch(`${given.gateway}${path}`, { method: 'POST' });
const notices = (page) => page.getByRole('region', { name: /What to know/ });

/** 50 % and the points of a cell are the probability that they are said to lead to. */
async function addsUp(coin) {
  const cells = coin.getByRole('listitem').filter({ hasText: 'From 50% to' });
  assert.equal(await cells.count(), 3, 'three models of which the reasons count');
  for (const text of await cells.allInnerTexts()) {
    const points = [...text.matchAll(/^([+−]?\d+\.\d+) pp$/gm)].map(([, one]) => Number(one.replace('−', '-')));
    const end = Number(/([\d.]+)%\s*$/m.exec(text.slice(text.indexOf('From 50%')))[1]);
    const sum = points.reduce((all, one) => all + one, 50);
    assert.ok(points.length >= 4 && Math.abs(sum - end) < 1e-6, `${points} make ${sum}, not ${end}`);
  }
}

async function expectNotice(page, text) {
  await notices(page).getByText(text).first().waitFor({ timeout: 15_000 });
}

const STORIES = {
  async live(page) {
    await connection(page, 'Connected');
    const coin = page.getByRole('article', { name: /Bitcoin/ });
    await coin.waitFor();
    assert.equal(await page.getByRole('article').count(), 5, 'five coins');
    assert.equal(await coin.getByRole('heading', { level: 3 }).count(), 4, 'four horizons');
    await coin.getByText('Every forecast of this model is its base rate, 50.9%').waitFor();
    assert.equal(await coin.getByRole('list', { name: 'What weighed most' }).count(), 3);
    await coin.getByText('This model shows no skill yet, so it makes no call.').waitFor();
    await addsUp(coin);
    await coin.getByText(/in its test right in 53.1% of its calls, calling 42.0% of the time/).first().waitFor({ state: 'attached' });
    await coin.getByText('12:00 UTC, 3 min ago').waitFor();
    assert.match(await page.getByRole('article', { name: /Polkadot/ }).innerText(), /CryptoCompare/);
    assert.ok(await coin.getByRole('img', { name: /last 24 hours: from \$/ }).isVisible());
    await coin.getByText(/^Last 24: \d+ of \d+ calls right$/).first().waitFor();
    await coin.getByText('Last 24, overlapping: abstained').waitFor();
    const record = page.getByRole('region', { name: /What came of its calls/ });
    assert.equal(await record.getByRole('listitem').count(), 4, 'a record of four horizons');
    await record.getByText(/\d+ of \d+ calls right: \d/).first().waitFor();
    await record.getByText('It abstained every time.').waitFor();
    assert.equal(await notices(page).getByText(/Simulated|Replayed|old/).count(), 0);
    const before = await coin.innerText();

    await post('/_cycle');
    await see(page.getByRole('banner'), /12:15 UTC/);
    assert.notEqual(await coin.innerText(), before, 'the stream brought another price');

    await post('/_stream/down');
    await connection(page, 'Reconnecting');
    await connection(page, 'Polling');
    await post('/_stream/up');
    await connection(page, 'Connected');
    await post('/_cycle');
    await see(page.getByRole('banner'), /12:30 UTC/);

    await page.keyboard.press('Tab');
    const focused = await page.evaluate(() => document.activeElement?.textContent);
    assert.equal(focused, 'Skip to the forecasts');

    const summary = page.getByText('How the reasons of a forecast add up');
    await summary.focus();
    await page.keyboard.press('Enter');
    await see(page, /share of the way from 50% to the chance that the price rises/);
  },

  async simulated(page) {
    await see(page, 'No outcome known yet');
    await see(page, /The first is known a quarter of an hour after the first forecast/);
    await expectNotice(page, 'Simulated data');
    await expectNotice(page, '2 inputs are missing');
    await expectNotice(page, 'Reddit: no credentials');
    await expectNotice(page, 'News and posts are read by a small stand-in model');
    assert.match(await page.getByRole('contentinfo').innerText(), /simulated, no real market/);
  },

  async replay(page) {
    await expectNotice(page, 'Replayed data');
    await expectNotice(page, /from 12 Oct 2021 on/);
    await expectNotice(page, /5 Jan 2022, 10:30 UTC/);
  },

  async stale(page) {
    await expectNotice(page, 'These figures are old');
    await expectNotice(page, /12:00 UTC, 55 min ago/);
  },

  async no_model(page) {
    await expectNotice(page, 'No model has been trained yet');
    await see(page, 'No forecast yet.');
    await see(page, /^\$/);
  },

  async empty(page) {
    await see(page, 'Nothing to show yet');
  },

  async no_api(page) {
    await see(page, 'The API does not answer.');
    assert.ok(await page.getByRole('button', { name: 'Try again now' }).isVisible());
  },

  async no_redis(page) {
    await expectNotice(page, 'The fast store does not answer');
    assert.equal(await page.getByRole('article').count(), 5);
  },
};

/** Cells beside each other have their rows at the same height, whatever one of them lacks. */
async function alignsRows(page, name) {
  const askew = await page.evaluate(() => {
    const found = [];
    for (const list of document.querySelectorAll('ul[aria-label^="Forecasts for"]')) {
      const tops = new Map();
      for (const cell of list.children) {
        const at = Math.round(cell.getBoundingClientRect().top);
        for (const row of cell.querySelectorAll('[data-row]')) {
          if (!row.checkVisibility() || !row.textContent) continue;
          const key = `${at} ${row.dataset.row}`;
          const margin = parseFloat(getComputedStyle(row).marginTop);
          tops.set(key, [...(tops.get(key) ?? []), Math.round(row.getBoundingClientRect().top - margin)]);
        }
      }
      for (const [key, all] of tops) if (new Set(all).size > 1) found.push(`${list.ariaLabel}, ${key}: ${all}`);
    }
    return found;
  });
  assert.deepEqual(askew, [], `rows of ${name}`);
}

/** No fault by the rules of WCAG 2.2 A and AA, and nothing to scroll sideways. */
async function inspect(page, name) {
  await page.addScriptTag({ content: axe });
  const found = await page.evaluate(() =>
    window.axe.run({ runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'] }),
  );
  const faults = found.violations.map((v) => `${v.id}: ${v.nodes.map((n) => n.html).join(' | ')}`);
  assert.deepEqual(faults, [], `accessibility of ${name}`);
  const wider = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
  assert.ok(wider <= 0, `${name} scrolls sideways by ${wider} px`);
}

async function open(browser, colorScheme, width) {
  const viewport = { width, height: 900 };
  const context = await browser.newContext({ colorScheme, viewport, reducedMotion: 'reduce' });
  const page = await context.newPage();
  const faults = [];
  page.on('pageerror', (error) => faults.push(error.message));
  await page.clock.setFixedTime(new Date(given.now));
  await page.goto(given.page);
  return { page, faults, close: () => context.close() };
}

async function picture(browser, colorScheme, width) {
  const { page, faults, close } = await open(browser, colorScheme, width);
  const name = `${given.story}-${colorScheme}-${width}`;
  if (given.story !== 'live') await STORIES[given.story](page);
  else await connection(page, 'Connected');
  await page.waitForLoadState('networkidle');
  await page.screenshot({ path: `${given.shots}/${name}.png`, fullPage: true });
  await inspect(page, name);
  await alignsRows(page, name);
  if (given.story === 'live' && width === NARROW) {
    await page.getByRole('button', { name: /Show reasons and models of Bitcoin/ }).click();
    await see(page, 'Hide reasons and models');
    await page.screenshot({ path: `${given.shots}/${name}-open.png` });
    await inspect(page, `${name}, opened`);
  }
  assert.deepEqual(faults, [], 'errors in the page');
  await close();
}

const browser = await chromium.launch({ executablePath: given.chromium, args: FLAGS });
try {
  for (const [colorScheme, width] of LOOKS) await picture(browser, colorScheme, width);
  if (given.story === 'live') {
    const { page, faults, close } = await open(browser, 'light', WIDE);
    await STORIES.live(page);
    assert.deepEqual(faults, [], 'errors in the page');
    await close();
  }
} finally {
  await browser.close();
}
