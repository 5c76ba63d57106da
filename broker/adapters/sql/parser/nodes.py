"""The nodes of PostgreSQL's own parser that a text may be made of, and what each may carry."""

from __future__ import annotations

from collections.abc import Mapping
from collections.abc import Set as AbstractSet
from typing import Final

# node -> the parts that are walked. Any other part must be as it is where it was not written.
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
    "A_Const": {"val"},
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
    "String": set(),
    "Integer": set(),
    "Float": set(),
    "Boolean": set(),
}
# Parts whose value is looked at below, or says nothing but how a thing was written.
PLAIN: Final[Mapping[str, AbstractSet[str]]] = {
    "SelectStmt": {"limitOption", "op", "all"},
    "OnConflictClause": {"action"},
    "IndexElem": {"name"},
    "CommonTableExpr": {"ctename", "ctematerialized"},
    "RangeVar": {"relname", "inh", "relpersistence"},
    "JoinExpr": {"jointype"},
    "Alias": {"aliasname"},
    "ResTarget": {"name"},
    "ColumnRef": {"fields"},
    "ParamRef": {"number"},
    "A_Const": {"isnull"},
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
    "Integer": {"ival"},
    "Float": {"fval"},
    "Boolean": {"boolval"},
}
# Where in the text it stood, and what analysis fills in later.
NOISE: Final = frozenset({"ancestors", "location", "stmt_location", "stmt_len", "typeOid", "typeMod"})
