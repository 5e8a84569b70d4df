/** How a page begins, so that it can be told from other files. */
export const PAGE_BEGIN = "<!DOCTYPE html>\n<!-- A report of Aludel. -->\n";

/** The styles of the report's page. Its colours meet a contrast of 4.5 : 1 in both schemes. */
export const PAGE_STYLE = `
:root{color-scheme:light dark;--paper:#fff;--box:#f6f8fa;--line:#d0d7de;--text:#1f2328;--dim:#57606a;--link:#0550ae;
--here:#ddf4ff;--new:#116329;--changed:#7d4e00;--gone:#a40e26;--keyword:#8250df;--string:#0a3069;
--l0:#0969da;--l1:#8250df;--l2:#1a7f37;--l3:#bf3989;--l4:#9a6700;--l5:#1b7c83}
@media(prefers-color-scheme:dark){:root{--paper:#0d1117;--box:#161b22;--line:#30363d;--text:#e6edf3;--dim:#9198a1;
--link:#79c0ff;--here:#12304f;--new:#56d364;--changed:#e3b341;--gone:#ff7b72;--keyword:#d2a8ff;--string:#a5d6ff;
--l0:#58a6ff;--l1:#bc8cff;--l2:#3fb950;--l3:#f778ba;--l4:#d29922;--l5:#39c5cf}}
*{box-sizing:border-box}
body{margin:0;background:var(--paper);color:var(--text);font:15px/1.5 system-ui,sans-serif;height:100vh;display:flex;flex-direction:column}
header{padding:.6rem 1.2rem;border-bottom:1px solid var(--line);display:flex;flex-wrap:wrap;gap:.2rem 1.2rem;align-items:baseline}
h1{font-size:1.2rem;margin:0}header p{margin:0;color:var(--dim);flex:1}
header nav a{padding:.25rem .7rem;border-radius:6px;text-decoration:none}
header nav a[aria-current]{background:var(--here);font-weight:600}
a{color:var(--link)}code,pre{font:13px/1.5 ui-monospace,Menlo,Consolas,"DejaVu Sans Mono",monospace}
:focus-visible{outline:2px solid var(--link);outline-offset:2px}main:focus{outline:none}
.skip{position:absolute;left:-99rem}.skip:focus{left:1rem;top:.5rem;background:var(--paper);padding:.3rem}
#app{flex:1;min-height:0;display:grid;grid-template-columns:minmax(18rem,26rem) 1fr}
#app>nav{display:flex;flex-direction:column;min-height:0;border-right:1px solid var(--line);padding:.7rem 0 0}
input,select,button{font:inherit;color:inherit;background:var(--paper);border:1px solid var(--dim);border-radius:6px;padding:.3rem .6rem;max-width:100%}
#app>nav input{margin:0 .8rem}.count{margin:.3rem .9rem;color:var(--dim);font-size:.85rem}
ol{list-style:none;margin:0;padding:0;overflow:auto;flex:1}
ol li{content-visibility:auto;contain-intrinsic-size:auto 44px}
ol a{display:flex;height:44px;align-items:center;gap:.3rem;padding:0 .6rem;color:inherit;text-decoration:none}
ol a:hover{background:var(--box)}ol a[aria-current]{background:var(--here)}
ol a:focus-visible{outline-offset:-2px}
ol svg{flex:none}.filtered ol .lane{opacity:.25}
.text{min-width:0;line-height:1.3}.title{display:block;overflow:hidden;text-overflow:ellipsis;white-space:nowrap}
.facts{display:flex;gap:.35rem;font-size:.8rem;color:var(--dim);overflow:hidden;white-space:nowrap}.facts code{font-size:.75rem}
ol a[aria-current] .facts{color:var(--text)}
.badge{border:1px solid currentColor;border-radius:99px;padding:0 .4rem;font-size:.7rem;line-height:1.2rem}
.b-current{color:var(--new);font-weight:600}.b-head,.b-label{color:var(--link)}.b-pending,.b-draft{color:var(--changed)}.b-unknown{color:var(--gone)}
.lane{fill:none;stroke-width:2}.lane.dependency{stroke-dasharray:2 4}
${[0, 1, 2, 3, 4, 5].map((at) => `.l${at}{stroke:var(--l${at})}`).join("")}
.dot{stroke-width:2;stroke:var(--text);fill:var(--text)}.dot.applied{fill:var(--new);stroke:var(--new)}.dot.pending{fill:var(--paper);stroke:var(--changed)}
.ring{fill:none;stroke:var(--new);stroke-width:2}
main{overflow:auto;padding:.8rem 1.6rem 3rem;min-width:0}h2{margin:.2rem 0 .6rem;overflow-wrap:anywhere}h3{margin:1.6rem 0 .4rem;font-size:1.05rem}
.message{white-space:pre-wrap}
dl{display:grid;gap:.15rem 1rem;margin:0}dl div{display:flex;gap:1rem}dt{color:var(--dim);min-width:6rem}dd{margin:0;overflow-wrap:anywhere}
ul{margin:.3rem 0;padding-left:1.2rem}.changes,.findings,.plain{list-style:none;padding:0}.changes{font:13px/1.6 ui-monospace,Menlo,Consolas,monospace;overflow-wrap:anywhere}
.new{color:var(--new)}.changed{color:var(--changed)}.gone{color:var(--gone)}.place{display:block;color:var(--dim)}
pre{background:var(--box);border:1px solid var(--line);border-radius:6px;padding:.7rem .9rem;overflow:auto;max-height:32rem;margin:.3rem 0;tab-size:4}
.t-keyword{color:var(--keyword)}.t-string,.t-blob,.t-number{color:var(--string)}.t-comment{color:var(--dim);font-style:italic}.t-quoted,.t-parameter{color:var(--changed)}
.objects{columns:18rem;list-style:none;padding:0}.objects li{overflow-wrap:anywhere}
@media(max-width:52rem){body{height:auto}#app{grid-template-columns:1fr}#app>nav{max-height:45vh;border-right:0;border-bottom:1px solid var(--line)}}
@media print{body{height:auto;display:block}#app{display:block}#app>nav,header nav,input,select,button,.skip{display:none}main{overflow:visible}pre{max-height:none;white-space:pre-wrap}section{break-inside:avoid-page}}
@media(prefers-reduced-motion:no-preference){html{scroll-behavior:smooth}}
`;
