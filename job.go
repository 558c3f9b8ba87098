package gyro

// ImportJob names a model whose rows are wanted, and which. Jobs run in the order given:
// a model that others refer to comes before them.
type ImportJob struct {
	Model Model
	Query Query // default: every row
}
