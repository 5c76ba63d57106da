"""The nodes of PostgreSQL's own parser that a text may be made of, and what each may carry."""

from __future__ import annotations

from collections.abc import Mapping
from collections.abc import Set as AbstractSet
from typing import Final

READS: Final = frozenset({"SelectStmt"})
WRITES: Final = frozenset({"InsertStmt", "UpdateStmt", "DeleteStmt"})

# node -> its parts that hold other nodes
PARTS: Final[Mapping[str, AbstractSet[str]]] = {
    "SelectStmt": {"distinctClause", "targetList", "fromClause", "whereClause", "groupClause", "havingClause"}
    | {"windowClause", "valuesLists", "sortClause", "limitOffset", "limitCount", "withClause", "larg", "rarg"},
    "InsertStmt": {"relation", "cols", "selectStmt", "onConflictClause", "returningClause"},
    "UpdateStmt": {"relation", "targetList", "whereClause", "returningClause"},
    "DeleteStmt": {"relation", "whereClause", "returningClause"},
    "ReturningClause": {"exprs"},
    "OnConflictClause": {"infer", "targetList", "whereClause"},
    "InferClause": {"indexElems"},
    "IndexElem": set(),
    "WithClause": {"ctes"},
    "CommonTableExpr": {"aliascolnames", "ctequery"},
    "RangeVar": {"alias"},
    "RangeSubselect": {"subquery", "alias"},
    "JoinExpr": {"larg", "rarg", "quals", "usingClause", "alias"},
    "Alias": {"colnames"},
    "ResTarget": {"val"},
    "ColumnRef": set(),
    "ParamRef": set(),
    "A_Const": set(),
    "A_Expr": {"lexpr", "rexpr"},
    "BoolExpr": {"args"},
    "NullTest": {"arg"},
    "BooleanTest": {"arg"},
    "CaseExpr": {"arg", "args", "defresult"},
    "CaseWhen": {"expr", "result"},
    "CoalesceExpr": {"args"},
    "MinMaxExpr": {"args"},
    "CollateClause": {"arg"},
    "TypeCast": {"arg", "typeName"},
    "TypeName": {"typmods"},
    "SQLValueFunction": set(),
    "FuncCall": {"args", "agg_order", "agg_filter", "over"},
    "WindowDef": {"partitionClause", "orderClause", "startOffset", "endOffset"},
    "SortBy": {"node"},
    "SubLink": {"testexpr", "subselect"},
    "RowExpr": {"args"},
    "GroupingSet": {"content"},
    "GroupingFunc": {"args"},
    "SetToDefault": set(),
    "List": {"items"},
    "String": set(),
}
# Parts that can hold one kind alone, which is not named there.
TYPED: Final[Mapping[tuple[str, str], str]] = {
    ("SelectStmt", "larg"): "SelectStmt",
    ("SelectStmt", "rarg"): "SelectStmt",
    ("SelectStmt", "withClause"): "WithClause",
    **{(kind, "relation"): "RangeVar" for kind in WRITES},
    **{(kind, "returningClause"): "ReturningClause" for kind in WRITES},
    ("InsertStmt", "onConflictClause"): "OnConflictClause",
    ("OnConflictClause", "infer"): "InferClause",
    ("RangeVar", "alias"): "Alias",
    ("RangeSubselect", "alias"): "Alias",
    ("JoinExpr", "alias"): "Alias",
    ("TypeCast", "typeName"): "TypeName",
    ("FuncCall", "over"): "WindowDef",
}
# Parts that hold no node: a rule looks at them, or they say how a thing was written.
PLAIN: Final[Mapping[str, AbstractSet[str]]] = {
    "SelectStmt": {"limitOption", "op", "all"},
    "InsertStmt": {"override"},
    "OnConflictClause": {"action"},
    "IndexElem": {"name", "ordering", "nulls_ordering"},
    "CommonTableExpr": {"ctename", "ctematerialized"},
    "RangeVar": {"relname", "inh", "relpersistence"},
    "JoinExpr": {"jointype"},
    "Alias": {"aliasname"},
    "ResTarget": {"name"},
    "ColumnRef": {"fields"},
    "ParamRef": {"number"},
    "A_Const": {"ival", "fval", "sval", "boolval", "isnull"},
    "A_Expr": {"kind", "name", "rexpr_list_start", "rexpr_list_end"},
    "BoolExpr": {"boolop"},
    "NullTest": {"nulltesttype"},
    "BooleanTest": {"booltesttype"},
    "MinMaxExpr": {"op"},
    "CollateClause": {"collname"},
    "TypeName": {"names", "typemod"},
    "SQLValueFunction": {"op", "typmod"},
    "FuncCall": {"funcname", "agg_star", "agg_distinct", "agg_within_group", "funcformat"},
    "WindowDef": {"name", "refname", "frameOptions"},
    "SortBy": {"sortby_dir", "sortby_nulls"},
    "SubLink": {"subLinkType", "operName"},
    "RowExpr": {"row_format"},
    "GroupingSet": {"kind"},
    "String": {"sval"},
}
PLACE: Final = "location"  # in the text
