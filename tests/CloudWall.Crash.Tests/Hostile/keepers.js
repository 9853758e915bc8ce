// What functions may keep from one document to the next. Each line "//# NAME" is followed by a line that is run when the function is
// loaded, and one that is run for each document.

//# a date
var d=new Date(0);
emit(doc._id,d.getTime()); d.setTime(d.getTime()+1);
//# an iterator of an array
var i=new Array(99).fill(0).map(function(x,i){return i}).values();
emit(doc._id,i.next().value);
//# an iterator of a text
var i="abcdefghijklmnopqrstuvwxyz"[Symbol.iterator]();
emit(doc._id,i.next().value);
//# an iterator of a map
var m=new Map([[1,1],[2,2],[3,3],[4,4]]),i=m.keys();
emit(doc._id,i.next().value||null);
//# an iterator of matches
var i="abcdefghijklmnopqrstuvwxyz".matchAll(/./g);
var x=i.next();emit(doc._id,x.value&&x.value[0]||null);
//# a private field
class A{#x=0; next(){return this.#x++}} var a=new A();
emit(doc._id,a.next());
//# a private static field
class A{static #x=0; static next(){return A.#x++}};
emit(doc._id,A.next());
//# a member by symbol
var s=Symbol(),o={};o[s]=0;
emit(doc._id,o[s]++);
//# a hidden member
var o={};Object.defineProperty(o,"x",{value:0,writable:true});
emit(doc._id,o.x++);
//# an element
var a=[0,0];
emit(doc._id,a[1]++);
//# a value of a map
var m=new Map([["a",0]]);
emit(doc._id,m.get("a"));m.set("a",m.get("a")+1);
//# the order of a set
var m=new Set([1,2,3]);
var k=m.keys().next().value;emit(doc._id,k);m.delete(k);m.add(k);
//# the order of members
var o={a:1,b:2};
var k=Object.keys(o)[0];emit(doc._id,k);delete o[k];o[k]=1;
//# a text of the same length
var s="aaaa";
emit(doc._id,s); s=s=="aaaa"?"bbbb":"aaaa";
//# a BigInt
var n=0n;
emit(doc._id,String(n)); n+=1n;
//# true or false
var b=false;
emit(doc._id,b); b=!b;
//# functions that are swapped
var a=function(){return 1},b=function(){return 2};
emit(doc._id,a()); var t=a;a=b;b=t;
//# a prototype
var o={},p={x:1},q={x:2};Object.setPrototypeOf(o,p);
emit(doc._id,o.x); Object.setPrototypeOf(o,Object.getPrototypeOf(o)===p?q:p);
//# whether it can grow
var o={};
emit(doc._id,Object.isExtensible(o)); Object.preventExtensions(o);
//# attributes
var o={x:1};
emit(doc._id,Object.getOwnPropertyDescriptor(o,"x").enumerable); Object.defineProperty(o,"x",{enumerable:false});
//# a weak map
var w=new WeakMap(),k={};
emit(doc._id,w.get(k)||0); w.set(k,(w.get(k)||0)+1);
//# a weak set
var w=new WeakSet(),k={};
emit(doc._id,w.has(k)); w.add(k);
//# a pattern compiled anew
var r=/a/;
emit(doc._id,r.source); r.compile(r.source+"a");
//# where a pattern stands
var r=/./y;
r.test(doc._id); emit(doc._id,r.lastIndex);
//# a generator
function* g(){var i=0; while(true){yield i++}} var it=g();
emit(doc._id,it.next().value);
//# a generator that keeps an array
var it=(function*(){var s=[0]; for(;;){yield s[0]++}})();
emit(doc._id,it.next().value);
//# arguments
var a=(function(x){return arguments})(0);
emit(doc._id,a[0]++);
//# arguments that are parameters
var inc,get;(function(x){var a=arguments;inc=function(){a[0]++};get=function(){return x}})(0);
emit(doc._id,get());inc();
//# the name of a function
function h(){};
emit(doc._id,h.name); Object.defineProperty(h,"name",{value:h.name+"x"});
//# what a bound function has as this
function h(){return this.n++} var o={n:0},b=h.bind(o);
emit(doc._id,b());
//# what a bound function was given
var o=[0],b=(function(o){return o[0]++}).bind(null,o);
emit(doc._id,b());
//# a variable of a loop
var fs=[];for(let i=0;i<2;i++){fs.push(function(){return i++})};
emit(doc._id,fs[0]());
//# a variable of a catch
var g;try{throw 0}catch(e){g=function(){return e++}};
emit(doc._id,g());
//# a static field
class A{static n=0};
emit(doc._id,A.n++);
//# what super leads to
var o={__proto__:{n:0},next(){return super.n},set(v){Object.getPrototypeOf(this).n=v}};
emit(doc._id,o.next());o.set(o.next()+1);
//# a boxed number
var o=Object(1);
emit(doc._id,o.x||0);o.x=(o.x||0)+1;
//# a message
var e=new Error("0");
emit(doc._id,e.message);e.message=String(+e.message+1);
//# a variable by eval
var ev=function(s){return eval(s)};var n=0;
emit(doc._id,ev("n++"));
//# what is three thousand levels deep
var o={n:0};for(var i=0;i<3000;i++)o={o:o};
var p=o;while(p.o)p=p.o;emit(doc._id,p.n++);
//# one of many members
var o={};for(var i=0;i<20000;i++)o["k"+i]=0;
emit(doc._id,o.k19999++);
//# one of many elements
var a=new Array(200000).fill(0);
emit(doc._id,a[199999]++);
//# the end of a long text
var s="x".repeat(1e5)+"0";
emit(doc._id,+s.slice(1e5)); s="x".repeat(1e5)+(+s.slice(1e5)+1);
//# a helper of iterators
var it=Iterator.from([0,1,2,3,4,5,6,7,8,9]).map(function(x){return x});
emit(doc._id,it.next().value);
//# a sign of zero
var n=0;
emit(doc._id,Object.is(n,-0)); n=n*-1;
//# a hole
var a=[,1];
emit(doc._id,0 in a);a[0]=undefined;
//# whether it is there
var o={x:undefined};
emit(doc._id,"x" in o);delete o.x;
//# a variable
var n = 0;
emit(doc._id, n++);
//# a member of the function
;
var f = arguments.callee; f.n = (f.n || 0) + 1; emit(doc._id, f.n);
//# a member of what it is given
;
var e = emit, n = e.n || 0; try { e.n = n + 1; } catch (x) {} e(doc._id, n);
//# a member of a module
;
var m = require('views/lib/m'); m.n = (m.n || 0) + 1; emit(doc._id, m.n);
//# a variable of a module
;
emit(doc._id, require('views/lib/m').next());
//# a global variable by let
;
var x; try { x = (0, eval)('kept9++'); } catch (e) { x = -1; (0, eval)('let kept9 = 0;'); } emit(doc._id, x);
//# a symbol that all share
;
var k = Symbol.for('k'), n = Object[k] || 0; try { Object[k] = n + 1; } catch (e) {} emit(doc._id, n);
//# what is taken back
;
var a = Array.prototype, was = a.zz; a.zz = doc._id; emit(doc._id, was || null); if (doc.n % 3 == 2) delete a.zz;
//# a template
function t(s) { return s; } function u() { return t`a`; } var m = new Map();
var s = u(); m.set(s, (m.get(s) || 0) + 1); emit(doc._id, m.get(s));
//# a default value
var a = [];
(function (x = a.push(1)) { emit(doc._id, x); })();
