import { describe, expect, it } from "vitest";
import { field, isNode, list, type Node, number, parseTree } from "../../src/coverage/postgres/node-tree.ts";

describe("parseTree", () => {
  it("reads nodes, lists, words and nothing", () => {
    const tree = parseTree(
      "({QUERY :commandType 1 :cteList <> :rtable ({RTE :relid 16384} {RTE :relid 7}) :sets (b 8 9)})",
    );
    const [query] = tree as readonly Node[];
    expect(query?.tag).toBe("QUERY");
    expect(number(query as Node, "commandType")).toBe(1);
    expect(field(query as Node, "cteList")).toBeNull();
    expect(field(query as Node, "unheardOf")).toBeNull();
    expect(list(query as Node, "rtable").map((each) => isNode(each) && number(each, "relid"))).toEqual([16384, 7]);
    expect(list(query as Node, "sets")).toEqual(["b", "8", "9"]);
    expect(list(query as Node, "unheardOf")).toEqual([]);
  });

  it("passes over the bytes of a constant", () => {
    const constant = parseTree("{CONST :constisnull false :constvalue 4 [ 1 0 -5 0 ] :location 12}") as Node;
    expect([...constant.fields]).toEqual([
      ["constisnull", "false"],
      ["constvalue", "4"],
      ["location", "12"],
    ]);
  });

  it("reads names that look like its own signs", () => {
    const entry = parseTree(
      '{T :resname :a\\ b\\{\\(\\\\ :aliasname \\<> :colnames ("x\\ y" "\\)") :empty ""}',
    ) as Node;
    expect([...entry.fields]).toEqual([
      ["resname", ":a b{(\\"],
      ["aliasname", "<>"],
      ["colnames", ['"x y"', '")"']],
      ["empty", '""'],
    ]);
  });

  it.each(["", "(", "{", "{A", "{A :b", "{A :b }", "{A b 1}", ")", "}", "(a))", "a b", "{A :b 1 [ 2", "{A :b 1 2}"])(
    "refuses %j",
    (text) => {
      expect(() => parseTree(text)).toThrow(SyntaxError);
    },
  );
});
