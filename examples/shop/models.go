// Package shop is the example of the technical design: the models of an e-commerce SaaS, whose
// tenants have shops with customers, products, orders and their items, how they travel, and which
// of them do. Package shopdb makes the database.
package shop

import (
	"time"

	"github.com/uptrace/bun"
)

// The models of the technical design. Fields with default: have it from the design, not from
// the database, which has none (Django writes defaults itself). bun leaves a zero value of such
// a field to the database: who inserts through these models sets them.
//
// Money is a string, as PostgreSQL prints a numeric: exact, and of two digits.

// Tenant is an organization.
type Tenant struct {
	bun.BaseModel `bun:"table:accounts_tenant,alias:t"`

	ID        int64     `bun:"id,pk,autoincrement,identity,type:bigint"`
	Name      string    `bun:"name,notnull,type:varchar(200)"`
	Subdomain string    `bun:"subdomain,notnull,unique,type:varchar(50)"`
	CreatedAt time.Time `bun:"created_at,notnull,type:timestamptz"`
	IsActive  bool      `bun:"is_active,notnull,default:true,type:boolean"`
}

// Shop is one of a tenant's shops.
type Shop struct {
	bun.BaseModel `bun:"table:accounts_shop,alias:s"`

	ID        int64     `bun:"id,pk,autoincrement,identity,type:bigint"`
	TenantID  int64     `bun:"tenant_id,notnull,type:bigint"`
	Name      string    `bun:"name,notnull,type:varchar(200)"`
	URL       string    `bun:"url,notnull,type:varchar(200)"`
	Currency  string    `bun:"currency,notnull,default:'USD',type:varchar(3)"`
	CreatedAt time.Time `bun:"created_at,notnull,type:timestamptz"`

	Tenant *Tenant `bun:"rel:belongs-to,join:tenant_id=id"`
}

// Customer is a customer of a shop. Its email is unique there; another shop may know it too.
type Customer struct {
	bun.BaseModel `bun:"table:accounts_customer,alias:c"`

	ID        int64     `bun:"id,pk,autoincrement,identity,type:bigint"`
	TenantID  int64     `bun:"tenant_id,notnull,type:bigint"`
	ShopID    int64     `bun:"shop_id,notnull,unique:shop_email,type:bigint"`
	Email     string    `bun:"email,notnull,unique:shop_email,type:varchar(254)"`
	FirstName string    `bun:"first_name,notnull,type:varchar(100)"`
	LastName  string    `bun:"last_name,notnull,type:varchar(100)"`
	Phone     *string   `bun:"phone,type:varchar(20)"` // nil in old rows, else maybe empty
	CreatedAt time.Time `bun:"created_at,notnull,type:timestamptz"`

	Tenant *Tenant `bun:"rel:belongs-to,join:tenant_id=id"`
	Shop   *Shop   `bun:"rel:belongs-to,join:shop_id=id"`
}

// Product is what a shop sells.
type Product struct {
	bun.BaseModel `bun:"table:products_product,alias:p"`

	ID             int64     `bun:"id,pk,autoincrement,identity,type:bigint"`
	TenantID       int64     `bun:"tenant_id,notnull,type:bigint"`
	ShopID         int64     `bun:"shop_id,notnull,unique:shop_sku,type:bigint"`
	SKU            string    `bun:"sku,notnull,unique:shop_sku,type:varchar(100)"`
	Name           string    `bun:"name,notnull,type:varchar(200)"`
	Description    *string   `bun:"description,type:text"` // nil in old rows, else maybe empty
	Price          string    `bun:"price,notnull,type:numeric(10,2)"`
	InventoryCount int32     `bun:"inventory_count,notnull,default:0,type:integer"`
	IsActive       bool      `bun:"is_active,notnull,default:true,type:boolean"`
	CreatedAt      time.Time `bun:"created_at,notnull,type:timestamptz"`

	Tenant *Tenant `bun:"rel:belongs-to,join:tenant_id=id"`
	Shop   *Shop   `bun:"rel:belongs-to,join:shop_id=id"`
}

// OrderStatus says how far an order is.
type OrderStatus string

// The choices of an order's status.
const (
	OrderPending    OrderStatus = "pending"
	OrderProcessing OrderStatus = "processing"
	OrderShipped    OrderStatus = "shipped"
	OrderDelivered  OrderStatus = "delivered"
	OrderCancelled  OrderStatus = "cancelled"
)

// OrderStatuses are all of them, in the order in which an order may take them.
var OrderStatuses = []OrderStatus{OrderPending, OrderProcessing, OrderShipped, OrderDelivered, OrderCancelled}

// Order is what a customer ordered. Its total is its items', the tax and the shipping.
type Order struct {
	bun.BaseModel `bun:"table:orders_order,alias:o"`

	ID             int64       `bun:"id,pk,autoincrement,identity,type:bigint"`
	TenantID       int64       `bun:"tenant_id,notnull,type:bigint"`
	ShopID         int64       `bun:"shop_id,notnull,unique:shop_order_number,type:bigint"`
	CustomerID     int64       `bun:"customer_id,notnull,type:bigint"`
	OrderNumber    string      `bun:"order_number,notnull,unique:shop_order_number,type:varchar(50)"`
	Status         OrderStatus `bun:"status,notnull,default:'pending',type:varchar(20)"`
	TotalAmount    string      `bun:"total_amount,notnull,type:numeric(10,2)"`
	TaxAmount      string      `bun:"tax_amount,notnull,default:0,type:numeric(10,2)"`
	ShippingAmount string      `bun:"shipping_amount,notnull,default:0,type:numeric(10,2)"`
	CreatedAt      time.Time   `bun:"created_at,notnull,type:timestamptz"`

	Tenant   *Tenant      `bun:"rel:belongs-to,join:tenant_id=id"`
	Shop     *Shop        `bun:"rel:belongs-to,join:shop_id=id"`
	Customer *Customer    `bun:"rel:belongs-to,join:customer_id=id"`
	Items    []*OrderItem `bun:"rel:has-many,join:id=order_id"`
}

// OrderItem is a line of an order.
type OrderItem struct {
	bun.BaseModel `bun:"table:orders_orderitem,alias:i"`

	ID         int64  `bun:"id,pk,autoincrement,identity,type:bigint"`
	TenantID   int64  `bun:"tenant_id,notnull,type:bigint"`
	ShopID     int64  `bun:"shop_id,notnull,type:bigint"`
	OrderID    int64  `bun:"order_id,notnull,type:bigint"`
	ProductID  int64  `bun:"product_id,notnull,type:bigint"`
	Quantity   int32  `bun:"quantity,notnull,type:integer"`
	UnitPrice  string `bun:"unit_price,notnull,type:numeric(10,2)"`
	TotalPrice string `bun:"total_price,notnull,type:numeric(10,2)"`

	Tenant  *Tenant  `bun:"rel:belongs-to,join:tenant_id=id"`
	Shop    *Shop    `bun:"rel:belongs-to,join:shop_id=id"`
	Order   *Order   `bun:"rel:belongs-to,join:order_id=id"`
	Product *Product `bun:"rel:belongs-to,join:product_id=id"`
}
