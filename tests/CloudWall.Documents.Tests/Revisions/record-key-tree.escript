#!/usr/bin/env escript
%% Records what CouchDB's own revision trees do with random updates, as key-tree.txt holds it:
%%   ERL_LIBS=<couchdb>/lib ./record-key-tree.escript <seed> <scenarios> > key-tree.txt
%% One operation a line, its parts separated by tabs: the operation, its arguments, its result, the tree afterwards.
%% Revisions are written newest first. The tree is its branches in the order of couch_key_tree:get_all_leafs, separated by
%% spaces; a branch is the leaf's generation, a colon and its revisions, separated by slashes: the hash, "+" where stored,
%% "-" where it deletes the document; the leaf has its sequence after "@".

main([Seed, Scenarios]) ->
    rand:seed(exsss, list_to_integer(Seed)),
    lists:foreach(fun(N) -> scenario(N) end, lists:seq(1, list_to_integer(Scenarios))).

scenario(N) ->
    io:format("new~n"),
    %% Few letters make the same hash turn up everywhere; many make histories that could be real.
    Letters = lists:nth(1 + N rem 4, [2, 3, 5, 26]),
    steps(4 + rand:uniform(12), [], Letters, 1).

steps(0, _Tree, _Letters, _Seq) ->
    ok;
steps(Left, Tree, Letters, Seq) ->
    {Op, Args, Result, Tree2} = step(rand:uniform(20), Tree, Letters, Seq),
    io:format("~s\t~s\t~s\t~s~n", [Op, Args, Result, dump(Tree2)]),
    steps(Left - 1, Tree2, Letters, Seq + 1).

step(Dice, Tree, Letters, Seq) when Dice =< 11; Tree == [] ->
    {Pos, Hashes} = path(Tree, Letters),
    Deleted = rand:uniform(4) == 1,
    Leaf = {leaf, Deleted, Seq, Seq, {size_info, 0, 0}, []},
    {Tree2, Outcome} = couch_key_tree:merge(Tree, {Pos - length(Hashes) + 1, branch(lists:reverse(Hashes), Leaf)}),
    Sign = case Deleted of true -> "-"; false -> "+" end,
    Args = io_lib:format("~b:~s~s@~b", [Pos, lists:join("/", Hashes), Sign, Seq]),
    {"merge", Args, atom_to_list(Outcome), Tree2};
step(Dice, Tree, _Letters, _Seq) when Dice =< 15 ->
    Limit = rand:uniform(6),
    {"stem", integer_to_list(Limit), "", couch_key_tree:stem(Tree, Limit)};
step(16, Tree, Letters, _Seq) ->
    Revs = revs(Tree, Letters),
    %% As couch_db_updater does: without a leaf removed, the tree stays as it was.
    case couch_key_tree:remove_leafs(Tree, Revs) of
        {_, []} -> {"remove", revs_text(Revs), "", Tree};
        {Tree2, Removed} -> {"remove", revs_text(Revs), revs_text(lists:reverse(Removed)), Tree2}
    end;
step(17, Tree, Letters, _Seq) ->
    Revs = revs(Tree, Letters),
    {"missing", revs_text(Revs), revs_text(couch_key_tree:find_missing(Tree, Revs)), Tree};
step(Dice, Tree, Letters, _Seq) when Dice =< 19 ->
    Revs = revs(Tree, Letters),
    {Found, Missing} = couch_key_tree:get_key_leafs(Tree, Revs),
    Leafs = [{Pos, Hash} || {_, {Pos, [Hash | _]}} <- Found],
    {"latest", revs_text(Revs), [revs_text(Leafs), "|", revs_text(Missing)], Tree};
step(20, Tree, _Letters, _Seq) ->
    %% As couch_doc:to_doc_info_path does, which works on records that need a database.
    Infos = [{not Deleted, {Pos, Hash}} || {{leaf, Deleted, _, _, _, _}, {Pos, [Hash | _]}} <- couch_key_tree:get_all_leafs(Tree)],
    Sorted = lists:sort(fun(A, B) -> A > B end, Infos),
    {"leaves", "", revs_text([Rev || {_, Rev} <- Sorted]), Tree}.

%% Half of the paths go on from a branch that is there.
path(Tree, Letters) ->
    New = [hash(Letters) || _ <- lists:seq(1, rand:uniform(4))],
    case Tree /= [] andalso rand:uniform(2) of
        1 ->
            Leafs = couch_key_tree:get_all_leafs(Tree),
            {_, {Pos, Known}} = lists:nth(rand:uniform(length(Leafs)), Leafs),
            Skip = rand:uniform(length(Known)) - 1,
            Rest = lists:sublist(lists:nthtail(Skip, Known), rand:uniform(5)),
            Add = lists:sublist(New, rand:uniform(3) - 1),
            {Pos - Skip + length(Add), Add ++ Rest};
        _ ->
            {length(New) - 1 + rand:uniform(5), New}
    end.

hash(Letters) ->
    [Letter] = [$a + rand:uniform(Letters) - 1],
    <<Letter>>.

revs(Tree, Letters) ->
    Known = lists:append([
        [{Pos - K + 1, lists:nth(K, Hashes)} || K <- lists:seq(1, length(Hashes))]
     || {_, {Pos, Hashes}} <- couch_key_tree:get_all_leafs(Tree)
    ]),
    [
        case rand:uniform(3) of
            1 -> {rand:uniform(6), hash(Letters)};
            _ -> lists:nth(rand:uniform(length(Known)), Known)
        end
     || _ <- lists:seq(1, rand:uniform(4))
    ].

branch([Hash], Leaf) ->
    {Hash, Leaf, []};
branch([Hash | Rest], Leaf) ->
    {Hash, [], [branch(Rest, Leaf)]}.

revs_text(Revs) ->
    lists:join(" ", [io_lib:format("~b-~s", [Pos, Hash]) || {Pos, Hash} <- Revs]).

dump(Tree) ->
    lists:join(" ", [
        io_lib:format("~b:~s@~b", [Pos, lists:join("/", [node_text(Node) || Node <- Path]), seq(hd(Path))])
     || {Pos, Path} <- couch_key_tree:get_all_leafs_full(Tree)
    ]).

node_text({Hash, []}) -> Hash;
node_text({Hash, Leaf}) when element(2, Leaf) -> [Hash, "-"];
node_text({Hash, _}) -> [Hash, "+"].

seq({_, Leaf}) -> element(4, Leaf).
