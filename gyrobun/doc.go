// Package gyrobun makes Gyro's models and queries from those of the bun ORM. It needs no
// database: a struct's tags and a query's text are enough.
//
//	var Shops = gyrobun.Model[Shop]()
//
//	shops := gyrobun.Select[Shop]().Where("id IN (?)", bun.List([]int64{10, 11, 12}))
//	job := gyro.ImportJob{Model: Shops, Query: gyrobun.Query(shops)}
//
// What is wrong with a struct or a query waits for gyro's Validate, Plan and Run; where
// bun panics, that is such a mistake too.
package gyrobun
