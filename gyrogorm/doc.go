// Package gyrogorm takes models and queries from GORM (gorm.io/gorm): a struct becomes a model, what was built on a *gorm.DB a query. Nothing is
// sent by it: queries are built dry, with their arguments apart.
//
//	customers := gyrogorm.Model[Customer]()
//	job := gyro.ImportJob{Model: customers, Query: gyrogorm.Query(db.Model(&Customer{}).Where("tenant_id = ?", 1)), Limit: 100}
package gyrogorm
