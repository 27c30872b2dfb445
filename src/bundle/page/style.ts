/** The page's only style. It stands inside the page: nothing is ever loaded. */
export const style = `
:root{color-scheme:light dark;--ink:#1c2430;--soft:#55606e;--line:#d5dae1;--paper:#fff;--tint:#f4f6f9;--link:#0b57a4;--warn:#8a2b06;--warn-tint:#fff3ec}
@media (prefers-color-scheme:dark){:root{--ink:#e8ebef;--soft:#a9b3c0;--line:#3a4452;--paper:#14181e;--tint:#1d232c;--link:#8cc2ff;--warn:#ffb999;--warn-tint:#33211a}}
*{box-sizing:border-box}
body{margin:0;background:var(--paper);color:var(--ink);font:1rem/1.6 system-ui,-apple-system,"Segoe UI",Roboto,"Noto Sans",sans-serif;overflow-wrap:anywhere}
header,main,footer{max-width:66rem;margin:0 auto;padding:0 1.25rem}
header{padding-top:3rem}footer{padding-bottom:4rem;color:var(--soft)}
h1{font-size:clamp(1.8rem,5vw,2.6rem);line-height:1.15;margin:0 0 .5rem;letter-spacing:-.015em}
h2{font-size:1.55rem;line-height:1.25;margin:3.5rem 0 .75rem;padding-top:1.5rem;border-top:1px solid var(--line)}
h3{font-size:1.2rem;margin:2.5rem 0 .4rem}h4{font-size:1rem;margin:1.5rem 0 .3rem}
p{margin:.5rem 0;max-width:46rem}.lead{font-size:1.15rem;color:var(--soft)}
a{color:var(--link)}a:focus-visible,summary:focus-visible,.scroll:focus-visible{outline:3px solid var(--link);outline-offset:2px}
.skip{position:absolute;left:-99rem}.skip:focus{left:1rem;top:1rem;background:var(--paper);padding:.5rem 1rem}
.warning{border:2px solid var(--warn);background:var(--warn-tint);color:var(--warn);border-radius:.6rem;padding:1rem 1.25rem;margin:1.5rem 0}.warning h2{border:0;margin:0;padding:0;font-size:1.3rem}
dl.facts{display:grid;grid-template-columns:minmax(9rem,13rem) 1fr;gap:.35rem 1.5rem;margin:1rem 0}
dl.facts dt{color:var(--soft)}dl.facts dd{margin:0}
@media (max-width:40rem){dl.facts{grid-template-columns:1fr;gap:0}dl.facts dd{margin-bottom:.6rem}}
.scroll{overflow-x:auto;margin:1rem 0;border:1px solid var(--line);border-radius:.6rem}
table{border-collapse:collapse;width:100%;font-size:.92rem}
caption{text-align:left;padding:.6rem .9rem;color:var(--soft)}
th,td{text-align:left;vertical-align:top;padding:.5rem .9rem;border-top:1px solid var(--line);min-width:8.5rem;max-width:24rem;overflow-wrap:break-word}
thead th{background:var(--tint);font-weight:600}tbody th{font-weight:600}
td dl{margin:.3rem 0}td dl div{display:flex;gap:.6rem}td dt{color:var(--soft);flex:none}td dd{margin:0}
.none{color:var(--soft);font-style:italic}.number{font-variant-numeric:tabular-nums}
.files{padding:0;list-style:none;display:flex;flex-wrap:wrap;gap:.6rem;margin:1rem 0}.files li{border:1px solid var(--line);border-radius:.6rem;padding:.4rem .9rem;background:var(--tint)}
code{font:.9em ui-monospace,SFMono-Regular,Menlo,Consolas,monospace;background:var(--tint);padding:.1em .35em;border-radius:.3em}
@media print{:root{--paper:#fff;--ink:#000;--soft:#444}header{padding-top:0}h2{break-after:avoid}h3,h4{break-after:avoid}tr{break-inside:avoid}.scroll{overflow:visible;border:0}th,td{min-width:0;padding:.25rem .4rem;font-size:.75rem}.skip{display:none}}
`.trim();
