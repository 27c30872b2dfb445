/** Colours; every pair of text and ground has a contrast of at least 4.5 : 1 in both. */
const colours = `
:root{color-scheme:light dark;
--ink:#1d252b;--soft:#53606a;--line:#d9dddc;--paper:#fff;--tint:#f5f7f6;--plain:#eaeded;
--brand:#0d4a52;--on-brand:#fff;--brand-soft:#cfe3e3;--link:#0b5d68;--shade:rgb(0 0 0/.16);
--warn:#7a3200;--warn-line:#c8641b;--warn-tint:#fff4e8;--good:#1d5c37;--good-tint:#e6f3ea;--bad:#8c1d2b;--bad-tint:#fcebec}
@media (prefers-color-scheme:dark){:root{
--ink:#e4e8e9;--soft:#a5b0b5;--line:#37424a;--paper:#14191c;--tint:#1b2226;--plain:#2a3237;
--brand:#0c3339;--on-brand:#f2f7f7;--brand-soft:#a9cdd0;--link:#7fccd4;--shade:rgb(0 0 0/.6);
--warn:#ffc48f;--warn-line:#b96a2c;--warn-tint:#2e2117;--good:#8fd6a8;--good-tint:#18301f;--bad:#ffabb2;--bad-tint:#3a1d20}}
`;

const text = `
*,::before,::after{box-sizing:border-box}
html{-webkit-text-size-adjust:100%;text-size-adjust:100%;scroll-padding-top:1.5rem}
body{margin:0;background:var(--paper);color:var(--ink);overflow-wrap:anywhere;
font:1rem/1.6 system-ui,-apple-system,"Segoe UI",Roboto,"Noto Sans","Liberation Sans",sans-serif}
h1,h2,h3,h4{line-height:1.2;text-wrap:balance;margin:0}
h1{font-size:clamp(2rem,1.3rem + 3.2vw,3.1rem);font-weight:700;letter-spacing:-.022em}
h2{font-size:clamp(1.5rem,1.3rem + .8vw,1.9rem);font-weight:700;letter-spacing:-.015em;margin-bottom:1rem}
h3{font-size:1.2rem;font-weight:650;margin:2rem 0 .6rem}
h4{font-size:1.05rem;font-weight:650}
[hidden]{display:none!important}
p,ul,ol,dl{margin:0 0 1rem}
p{max-width:46rem}
a{color:var(--link);text-decoration-thickness:1px;text-underline-offset:.18em}
a:hover{text-decoration-thickness:2px}
:focus-visible{outline:3px solid var(--link);outline-offset:2px;border-radius:3px}
main:focus{outline:0}
code{font:.88em/1.5 ui-monospace,SFMono-Regular,Menlo,Consolas,"Liberation Mono",monospace;background:var(--plain);padding:.1em .35em;border-radius:.25rem}
i,.law,.note,.state,.lead{color:var(--soft)}
.law,.note{font-size:.875rem;font-weight:400}
.lead{font-size:1.125rem}
.hidden,.stack caption{position:absolute;width:1px;height:1px;padding:0;overflow:hidden;clip-path:inset(50%);white-space:nowrap}
`;

const frame = `
.page{max-width:76rem;margin:0 auto;padding:0 clamp(1.1rem,4vw,2.5rem)}
.skip{position:absolute;inset-inline-start:1rem;top:-6rem;z-index:1;background:var(--paper);padding:.6rem 1rem}
.skip:focus{top:1rem}
header{background:var(--brand);color:var(--on-brand);padding:clamp(2rem,4vw,3rem) 0 clamp(2rem,4vw,3rem)}
header .lead{color:inherit;margin:1.25rem 0 0}
.brand{display:flex;align-items:center;gap:.75rem;margin:0 0 2rem;font-weight:650;font-size:1.1rem}
.brand img{display:block;max-height:3rem;max-width:14rem}
.eyebrow{margin:0 0 .75rem;color:var(--brand-soft);font-weight:600;font-size:.95rem}
main{display:grid;grid-template-columns:minmax(0,1fr);margin-bottom:4rem}
.warning{margin-top:2.5rem;padding:1.5rem clamp(1.1rem,3vw,2rem);background:var(--warn-tint);border:1px solid var(--warn-line);border-inline-start-width:.5rem;border-radius:.5rem}
.warning h2{color:var(--warn);font-size:1.45rem;margin-bottom:.6rem}
.part{margin-top:2.5rem;padding:1.5rem clamp(1.1rem,3vw,2rem);background:var(--tint);border:1px solid var(--line);border-inline-start:.5rem solid var(--link);border-radius:.5rem}
.part h2{font-size:1.45rem;margin-bottom:.6rem}
.part p:last-child{margin:0}
.warning ul{padding-inline-start:1.2rem}
.warning li+li{margin-top:.4rem}
.warning p:last-child{margin:0}
nav{margin-top:2rem;padding-bottom:1.25rem;border-bottom:1px solid var(--line)}
nav p{margin:0 0 .5rem;color:var(--soft);font-size:.875rem;font-weight:600}
nav ul{list-style:none;margin:0;padding:0}
nav a{display:block;padding:.3rem 0;text-decoration:none}
nav a:hover{text-decoration:underline}
nav ul ul{padding-inline-start:.9rem;border-inline-start:2px solid var(--line);margin:.3rem 0}
.body>section{padding-top:3.5rem}
.body>section:first-child{padding-top:2.5rem}
article{margin-top:2.75rem;padding-top:2.25rem;border-top:1px solid var(--line)}
article h3{font-size:1.35rem;margin:0 0 .5rem}
article h3 .badge{margin-inline-start:.4rem}
footer{border-top:1px solid var(--line);color:var(--soft);font-size:.9rem;padding:2rem 0 3rem}
@media (min-width:70rem){
main{grid-template-columns:13.5rem minmax(0,1fr);column-gap:3.5rem}
.part,.warning,.body{grid-column:2}
nav{grid-column:1;grid-row:1/4;position:sticky;top:0;align-self:start;max-height:100vh;overflow-y:auto;margin:0;padding-block:2.5rem 2rem;padding-inline:.25rem 0;border:0;font-size:.94rem}}
`;

const blocks = `
.cards{display:grid;grid-template-columns:repeat(auto-fit,minmax(min(15rem,100%),1fr));gap:1rem;margin:0 0 1rem}
.cards>*,.panel{background:var(--tint);border:1px solid var(--line);border-radius:.6rem;padding:1.25rem 1.4rem}
.cards h3{margin:0 0 .75rem;font-size:1.05rem}
.cards>*>:last-child,.panel>:last-child{margin-bottom:0}
.facts{display:grid;grid-template-columns:minmax(7rem,11rem) minmax(0,1fr);gap:.55rem 1.5rem}
.facts dt{color:var(--soft)}
.facts dd{margin:0;max-width:44rem}
.facts ul{margin:0;padding-inline-start:1.1rem}
.cards .facts{display:block}
.cards dt{font-size:.875rem}
.cards dd{margin-bottom:.6rem}
.figures{display:flex;flex-wrap:wrap;gap:.75rem 3rem;padding:0;list-style:none;color:var(--soft);margin-bottom:1.5rem}
.figures b{display:block;font-size:2.1rem;line-height:1.15;letter-spacing:-.02em;color:var(--ink);font-variant-numeric:tabular-nums}
.short{padding:0;list-style:none}
.short .count{font-size:1.3rem;font-weight:650;margin:.35rem 0 .75rem;font-variant-numeric:tabular-nums}
.short dl{margin:0}
.short dt{color:var(--soft)}
.short dd{margin:0 0 .6rem;font-size:.94rem;line-height:1.45}
.short h4 a{display:inline-block;padding:.1rem 0}
.chart{margin:1.25rem 0 1.5rem;max-width:46rem}
.chart figcaption{font-weight:600;font-size:.94rem;margin-bottom:.5rem}
.chart>svg{display:block;width:100%;height:7rem;border-bottom:1px solid var(--soft)}
svg path{fill:var(--link)}
.axis{display:flex;flex-wrap:wrap;justify-content:space-between;gap:0 1rem;margin:.3rem 0 .3rem;color:var(--soft);font-size:.85rem;max-width:none}
.numbers{width:auto;font-variant-numeric:tabular-nums;font-size:.9rem}
.numbers th,.numbers td{padding-block:.2rem;padding-inline:0 2.5rem}
.numbers td{text-align:end;padding-inline-end:0}
.row{display:block;width:100%;max-width:14rem;height:1.25rem;margin-top:.3rem;border-bottom:1px solid var(--line)}
.search{display:block;font-size:.9rem;color:var(--soft);margin:1.25rem 0 .25rem}
.search input{display:block;width:min(22rem,100%);min-height:2.5rem;margin-top:.25rem;padding:.4rem .75rem;font:inherit;font-size:1rem;color:var(--ink);background:var(--paper);border:1px solid var(--soft);border-radius:.4rem}
.hits{min-height:1.6em;margin:0 0 .25rem}
thead button{font:inherit;color:inherit;background:none;border:0;border-radius:.25rem;margin:0 -.35rem;padding:.2rem .35rem;min-height:1.5rem;text-align:inherit;cursor:pointer}
thead button:hover{background:var(--plain);color:var(--ink)}
thead button::after{content:"";display:inline-block;width:.5rem;height:.7rem;margin-inline-start:.4rem;background:currentColor;opacity:.4;
clip-path:polygon(0 40%,50% 0,100% 40%,0 40%,0 60%,100% 60%,50% 100%,0 60%)}
[aria-sort] button::after{opacity:1;clip-path:polygon(0 40%,50% 0,100% 40%)}
[aria-sort=descending] button::after{clip-path:polygon(0 60%,100% 60%,50% 100%)}
.badge{display:inline-block;font-size:.8rem;line-height:1.4;font-weight:600;letter-spacing:0;padding:.12rem .6rem;border-radius:1rem;background:var(--plain);color:var(--ink);white-space:nowrap;vertical-align:.12em}
.complete{background:var(--good-tint);color:var(--good)}
.partial{background:var(--warn-tint);color:var(--warn);box-shadow:inset 0 0 0 1px var(--warn-line)}
.failed{background:var(--bad-tint);color:var(--bad);box-shadow:inset 0 0 0 1px currentColor}
.notice{border-inline-start:.25rem solid var(--warn-line);padding-inline-start:.9rem}
summary{cursor:pointer;color:var(--link);padding:.2rem 0;width:fit-content}
details[open]>summary{margin-bottom:.5rem}
.codes{margin-top:1rem;font-size:.9rem}
.files{display:flex;flex-wrap:wrap;gap:.6rem;padding:0;list-style:none;margin:1.25rem 0 0}
.files li{border:1px solid var(--line);border-radius:.5rem;padding:.5rem .9rem;line-height:1.4;font-size:.94rem;background:var(--tint)}
.files a{font-weight:600}
.files span{display:block;font-size:.85rem;color:var(--soft)}
.command{display:inline-block;margin:.2rem 0;padding:.3rem .6rem}
`;

const tables = `
table{border-collapse:collapse;width:100%;font-size:.94rem;line-height:1.5}
caption{text-align:start;color:var(--soft);font-size:.875rem}
th,td{text-align:start;vertical-align:top;padding-block:.6rem;padding-inline:0 1rem;border-top:1px solid var(--line);font-weight:400}
thead th{color:var(--soft);font-weight:600;font-size:.85rem;vertical-align:bottom;border-top:0}
td:empty::after{content:"–";color:var(--soft)}
time,.nowrap{white-space:nowrap;font-variant-numeric:tabular-nums}
.stack{table-layout:fixed;margin-bottom:1.5rem;border-bottom:1px solid var(--line)}
.stack tbody th{font-weight:600}
.stack th:first-child{width:24%}
.overview th:nth-child(2){width:16%}
.overview th:nth-child(3){width:16%}
.overview th:nth-child(5){width:13%}
.recipients th:nth-child(2){width:18%}
.recipients th:nth-child(3){width:26%}
.recipients th:nth-child(4){width:13%}
.links a{display:inline-block;min-width:2.6rem;padding:.1rem 0}
.frame{border:1px solid var(--line);border-radius:.6rem;margin:0 0 .75rem}
.frame table{margin:0;border:0}
.frame th,.frame td{padding:.55rem 1rem}
.sheet td{white-space:pre-line}
.sheet th:nth-child(2){width:40%}
.scroll{overflow-x:auto;background:
linear-gradient(to right,var(--paper) 40%,transparent) 0 0/3rem 100% no-repeat local,
linear-gradient(to left,var(--paper) 40%,transparent) 100% 0/3rem 100% no-repeat local,
linear-gradient(to right,var(--shade),transparent) 0 0/1rem 100% no-repeat scroll,
linear-gradient(to left,var(--shade),transparent) 100% 0/1rem 100% no-repeat scroll}
.scroll table{width:max-content;min-width:100%;font-size:.9rem}
.scroll caption{padding:.75rem 1rem}
.scroll th,.scroll td{max-width:22rem}
.scroll thead th{border-top:1px solid var(--line)}
.scroll bdi{display:inline-block;max-width:20rem;overflow-wrap:anywhere;white-space:pre-line;vertical-align:top}
.scroll .number{text-align:end;font-variant-numeric:tabular-nums}
td dl{display:grid;grid-template-columns:fit-content(11rem) minmax(6rem,1fr);gap:.1rem .9rem;margin:0}
td dt{color:var(--soft)}
td dd{margin:0}
td ol{margin:.4rem 0 0;padding-inline-start:1.4rem}
td li+li{margin-top:.5rem;padding-top:.5rem;border-top:1px solid var(--line)}
td summary{padding:0}
`;

/** Small tables and lists of facts become cards; wide tables scroll in their own frame. */
const phone = `
@media (max-width:40rem){
.facts{display:block}
.facts dt{font-size:.875rem}
.facts dd{margin-bottom:.7rem}
.stack,.stack tbody,.stack tr,.stack tbody th,.stack td{display:block;width:auto}
.stack{border:0}
.stack thead{position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%)}
.stack tr{border:1px solid var(--line);border-radius:.5rem;padding:.8rem 1rem;margin-bottom:.7rem}
.stack tbody th,.stack tbody td{border:0;padding:.1rem 0}
.stack td:empty{display:none}
.stack [data-label]::before{content:attr(data-label) ": ";color:var(--soft)}
.sheet tr{border-width:0 0 1px;border-radius:0;margin:0}
.sheet tr:last-child{border:0}
.sheet td:nth-child(2):empty{display:block}}
`;

/** Everything unfolded, in black on white; wide tables become one card per record, as paper does not scroll. */
const print = `
@page{margin:16mm 14mm}
@media print{
:root{color-scheme:light;--ink:#000;--soft:#444;--line:#bbb;--paper:#fff;--tint:#fff;--plain:#eee;--brand:#fff;--on-brand:#000;--brand-soft:#444;--link:#000;
--warn:#000;--warn-line:#000;--warn-tint:#fff;--good:#000;--good-tint:#eee;--bad:#000;--bad-tint:#fff}
body{font-size:10pt;line-height:1.45}
.page{max-width:none;padding:0}
header{padding:0 0 1rem;border-bottom:2px solid #000}
h1{font-size:24pt}
nav,.skip,.codes,footer a,.search,.hits,.chart details,thead button::after{display:none}
main{display:block;margin:0}
.part,.warning{margin-top:1.25rem}
.body>section{padding-top:1.75rem}
article{margin-top:1.25rem;padding-top:1.25rem}
h2,h3,caption,summary{break-after:avoid}
tr,.chart,.cards>*,.files li,.part,.warning,.figures,.facts dd{break-inside:avoid}
.figures{break-after:avoid}
details::details-content{display:block;content-visibility:visible}
summary{list-style:none;color:inherit;font-weight:600}
.frame{overflow:visible;border:0;background:none}
.frame th,.frame td{padding-block:.3rem;padding-inline:0 .6rem;max-width:none}
.scroll caption{padding:.3rem 0}
.scroll table{width:100%;font-size:8.5pt}
.scroll bdi{display:inline;max-width:none}
td dl{grid-template-columns:fit-content(30%) minmax(0,1fr)}
.wide,.wide tbody,.wide caption{display:block}
.wide thead,.wide td:empty{display:none}
.wide tr{display:grid;grid-template-columns:repeat(4,minmax(0,1fr));gap:.35rem 1rem;border-top:1px solid var(--line);padding:.5rem 0}
.wide tr>*,.scroll .wide .number{display:block;border:0;padding:0;text-align:start}
.wide [data-label]::before{content:attr(data-label);display:block;font-size:7.5pt;color:var(--soft)}
.wide td:has(details){grid-column:1/-1}
.wide ol{columns:3;column-gap:1.5rem}
.wide li{break-inside:avoid;border:0}}
`;

/** The page's own style. It stands inside the page: nothing is ever loaded, fonts included. */
export const style = [colours, text, frame, blocks, tables, phone, print].join("");
