/** Draws the icons of the installed app from `public/icon.svg`, with Chromium. `npm run web:icons`. */
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { chromium } from "playwright-core";

const folder = join(__dirname, "..", "public");

/** Maskable icons are cut to circles and other shapes: what matters stays within the middle 80 %, and the ground fills all of it. */
const ICONS = [
  { name: "icon-180.png", size: 180, maskable: true },
  { name: "icon-192.png", size: 192, maskable: false },
  { name: "icon-512.png", size: 512, maskable: false },
  { name: "icon-maskable-512.png", size: 512, maskable: true },
];

async function draw(): Promise<void> {
  const svg = readFileSync(join(folder, "icon.svg"), "utf8");
  const browser = await chromium.launch({
    executablePath: "/usr/bin/chromium",
    args: ["--no-sandbox", "--disable-gpu"],
  });
  for (const { name, size, maskable } of ICONS) {
    const page = await browser.newPage({ viewport: { width: size, height: size } });
    const drawn = maskable ? svg.replace('rx="116"', "") : svg;
    await page.setContent(`<style>body{margin:0}svg{display:block;width:${size}px;height:${size}px}</style>${drawn}`);
    writeFileSync(join(folder, name), await page.screenshot({ omitBackground: true }));
    await page.close();
  }
  await browser.close();
}

void draw();
