package shop

import (
	"github.com/uptrace/bun"

	"github.com/gyrodata/gyro"
	"github.com/gyrodata/gyro/gyrobun"
)

// The models, as their structs describe them.
var (
	Tenants   = gyrobun.Model[Tenant]()
	Shops     = gyrobun.Model[Shop]()
	Customers = gyrobun.Model[Customer]()
	Products  = gyrobun.Model[Product]()
	Orders    = gyrobun.Model[Order]()
	Items     = gyrobun.Model[OrderItem]()
)

// Importers is how each model travels. The structs' relations tell the references; those
// that stand here are checked against them, and against the database's foreign keys.
var Importers = gyro.Registry{
	{Model: Tenants},
	{Model: Shops, Columns: gyro.Columns{"tenant": {Ref: Tenants}}},
	{Model: Customers, Columns: gyro.Columns{"tenant": {Ref: Tenants}, "shop": {Ref: Shops}}},
	{Model: Products, Columns: gyro.Columns{"tenant": {Ref: Tenants}, "shop": {Ref: Shops}}},
	{Model: Orders, Columns: gyro.Columns{"tenant": {Ref: Tenants}, "shop": {Ref: Shops}, "customer": {Ref: Customers}}},
	{Model: Items, Columns: gyro.Columns{
		"tenant": {Ref: Tenants}, "shop": {Ref: Shops}, "order": {Ref: Orders}, "product": {Ref: Products},
	}},
}

// Jobs is the slice that the technical design wishes for: tenant 1, three of its shops, all
// their products, 100 customers, at most 10 orders a customer, and every item of those.
// References carry the choice on: no job repeats its parents' conditions.
func Jobs() []gyro.ImportJob {
	tenant := gyrobun.Select[Tenant]().Where("id = ?", 1)
	return []gyro.ImportJob{
		{Model: Tenants, Query: gyrobun.Query(tenant)},
		{Model: Shops, Query: gyro.Where("id = ANY($1)", []int64{10, 11, 12})},
		{Model: Products},
		{Model: Customers, Limit: 100},
		{Model: Orders, Limit: 10, Per: "customer"},
		{Model: Items},
	}
}

// Queries is the slice of the technical design's first example: every job by an ORM's query,
// each repeating its parents'.
func Queries() []gyro.ImportJob {
	tenant := gyrobun.Select[Tenant]().Where("id = ?", 1)
	shops := gyrobun.Select[Shop]().Where("tenant_id = ?", 1).Where("id IN (?)", bun.List([]int64{10, 11, 12}))
	products := gyrobun.Select[Product]().Where("shop_id IN (?)", gyrobun.Keys(shops))
	customers := gyrobun.Select[Customer]().Where("shop_id IN (?)", gyrobun.Keys(shops))
	orders := gyrobun.Select[Order]().Where("customer_id IN (?)", gyrobun.Keys(customers))
	items := gyrobun.Select[OrderItem]().Where("order_id IN (?)", gyrobun.Keys(orders))
	return []gyro.ImportJob{
		{Model: Tenants, Query: gyrobun.Query(tenant)},
		{Model: Shops, Query: gyrobun.Query(shops)},
		{Model: Products, Query: gyrobun.Query(products)},
		{Model: Customers, Query: gyrobun.Query(customers)},
		{Model: Orders, Query: gyrobun.Query(orders)},
		{Model: Items, Query: gyrobun.Query(items)},
	}
}
