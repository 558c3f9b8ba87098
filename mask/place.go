package mask

// where is a place: what an address has of it, so that its columns belong together.
type where struct {
	city, state, stateCode, country, code, postcode, zone string
	latitude, longitude                                   float64
}

// places are towns with the postcodes that they have: # is a digit, ? a letter.
var places = func() []where {
	var all []where
	for _, f := range split(placeLines) {
		all = append(all, where{
			city: f[0], state: f[1], stateCode: f[2], country: countryNames[f[3]], code: f[3], postcode: f[4], zone: f[7],
			latitude: degrees(f[5]), longitude: degrees(f[6]),
		})
	}
	return all
}()

var countryNames = map[string]string{
	"US": "United States", "CA": "Canada", "GB": "United Kingdom", "IE": "Ireland", "DE": "Germany", "AT": "Austria", "CH": "Switzerland",
	"FR": "France", "BE": "Belgium", "NL": "Netherlands", "ES": "Spain", "PT": "Portugal", "IT": "Italy", "PL": "Poland", "CZ": "Czechia",
	"SE": "Sweden", "NO": "Norway", "DK": "Denmark", "FI": "Finland", "AU": "Australia", "NZ": "New Zealand", "JP": "Japan", "IN": "India",
	"BR": "Brazil", "MX": "Mexico", "ZA": "South Africa",
}

const placeLines = `
	New York|New York|NY|US|100##|40.7|-74.0|America/New_York
	Los Angeles|California|CA|US|900##|34.1|-118.2|America/Los_Angeles
	Chicago|Illinois|IL|US|606##|41.9|-87.6|America/Chicago
	Houston|Texas|TX|US|770##|29.8|-95.4|America/Chicago
	Phoenix|Arizona|AZ|US|850##|33.4|-112.1|America/Phoenix
	Philadelphia|Pennsylvania|PA|US|191##|40.0|-75.2|America/New_York
	San Antonio|Texas|TX|US|782##|29.4|-98.5|America/Chicago
	San Diego|California|CA|US|921##|32.7|-117.2|America/Los_Angeles
	Dallas|Texas|TX|US|752##|32.8|-96.8|America/Chicago
	Jacksonville|Florida|FL|US|322##|30.3|-81.7|America/New_York
	Columbus|Ohio|OH|US|432##|40.0|-83.0|America/New_York
	Charlotte|North Carolina|NC|US|282##|35.2|-80.8|America/New_York
	Indianapolis|Indiana|IN|US|462##|39.8|-86.2|America/Indiana/Indianapolis
	Seattle|Washington|WA|US|981##|47.6|-122.3|America/Los_Angeles
	Denver|Colorado|CO|US|802##|39.7|-105.0|America/Denver
	Boston|Massachusetts|MA|US|021##|42.4|-71.1|America/New_York
	Nashville|Tennessee|TN|US|372##|36.2|-86.8|America/Chicago
	Portland|Oregon|OR|US|972##|45.5|-122.7|America/Los_Angeles
	Las Vegas|Nevada|NV|US|891##|36.2|-115.1|America/Los_Angeles
	Detroit|Michigan|MI|US|482##|42.3|-83.0|America/Detroit
	Milwaukee|Wisconsin|WI|US|532##|43.0|-87.9|America/Chicago
	Atlanta|Georgia|GA|US|303##|33.7|-84.4|America/New_York
	Miami|Florida|FL|US|331##|25.8|-80.2|America/New_York
	Minneapolis|Minnesota|MN|US|554##|45.0|-93.3|America/Chicago
	New Orleans|Louisiana|LA|US|701##|30.0|-90.1|America/Chicago
	Toronto|Ontario|ON|CA|M5? #?#|43.7|-79.4|America/Toronto
	Vancouver|British Columbia|BC|CA|V6? #?#|49.3|-123.1|America/Vancouver
	Montreal|Quebec|QC|CA|H2? #?#|45.5|-73.6|America/Toronto
	London|England|ENG|GB|SE1 #??|51.5|-0.1|Europe/London
	Manchester|England|ENG|GB|M14 #??|53.5|-2.2|Europe/London
	Birmingham|England|ENG|GB|B15 #??|52.5|-1.9|Europe/London
	Edinburgh|Scotland|SCT|GB|EH3 #??|55.9|-3.2|Europe/London
	Glasgow|Scotland|SCT|GB|G12 #??|55.9|-4.3|Europe/London
	Cardiff|Wales|WLS|GB|CF10 #??|51.5|-3.2|Europe/London
	Dublin|Leinster|L|IE|D02 ?#?#|53.3|-6.3|Europe/Dublin
	Cork|Munster|M|IE|T12 ?#?#|51.9|-8.5|Europe/Dublin
	Berlin|Berlin|BE|DE|101##|52.5|13.4|Europe/Berlin
	Hamburg|Hamburg|HH|DE|203##|53.6|10.0|Europe/Berlin
	München|Bayern|BY|DE|803##|48.1|11.6|Europe/Berlin
	Köln|Nordrhein-Westfalen|NW|DE|506##|50.9|7.0|Europe/Berlin
	Frankfurt am Main|Hessen|HE|DE|603##|50.1|8.7|Europe/Berlin
	Leipzig|Sachsen|SN|DE|042##|51.3|12.4|Europe/Berlin
	Wien|Wien|9|AT|1##0|48.2|16.4|Europe/Vienna
	Graz|Steiermark|6|AT|80##|47.1|15.4|Europe/Vienna
	Zürich|Zürich|ZH|CH|80##|47.4|8.5|Europe/Zurich
	Genève|Genève|GE|CH|12##|46.2|6.1|Europe/Zurich
	Paris|Île-de-France|IDF|FR|750##|48.9|2.4|Europe/Paris
	Lyon|Auvergne-Rhône-Alpes|ARA|FR|6900#|45.8|4.8|Europe/Paris
	Marseille|Provence-Alpes-Côte d'Azur|PAC|FR|1300#|43.3|5.4|Europe/Paris
	Bruxelles|Bruxelles|BRU|BE|10#0|50.9|4.4|Europe/Brussels
	Antwerpen|Antwerpen|VAN|BE|20#0|51.2|4.4|Europe/Brussels
	Amsterdam|Noord-Holland|NH|NL|10## ??|52.4|4.9|Europe/Amsterdam
	Rotterdam|Zuid-Holland|ZH|NL|30## ??|51.9|4.5|Europe/Amsterdam
	Madrid|Madrid|MD|ES|280##|40.4|-3.7|Europe/Madrid
	Barcelona|Catalunya|CT|ES|080##|41.4|2.2|Europe/Madrid
	Lisboa|Lisboa|11|PT|11##-###|38.7|-9.1|Europe/Lisbon
	Roma|Lazio|62|IT|001##|41.9|12.5|Europe/Rome
	Milano|Lombardia|25|IT|201##|45.5|9.2|Europe/Rome
	Warszawa|Mazowieckie|14|PL|00-###|52.2|21.0|Europe/Warsaw
	Kraków|Małopolskie|12|PL|30-###|50.1|19.9|Europe/Warsaw
	Praha|Praha|10|CZ|1## 00|50.1|14.4|Europe/Prague
	Stockholm|Stockholm|AB|SE|11# ##|59.3|18.1|Europe/Stockholm
	Göteborg|Västra Götaland|O|SE|41# ##|57.7|12.0|Europe/Stockholm
	Oslo|Oslo|03|NO|05##|59.9|10.8|Europe/Oslo
	København|Hovedstaden|84|DK|21##|55.7|12.6|Europe/Copenhagen
	Helsinki|Uusimaa|18|FI|00##0|60.2|24.9|Europe/Helsinki
	Sydney|New South Wales|NSW|AU|20##|-33.9|151.2|Australia/Sydney
	Melbourne|Victoria|VIC|AU|30##|-37.8|145.0|Australia/Melbourne
	Auckland|Auckland|AUK|NZ|10##|-36.8|174.8|Pacific/Auckland
	Tokyo|Tokyo|13|JP|100-00##|35.7|139.7|Asia/Tokyo
	Osaka|Osaka|27|JP|530-00##|34.7|135.5|Asia/Tokyo
	Mumbai|Maharashtra|MH|IN|4000##|19.1|72.9|Asia/Kolkata
	Delhi|Delhi|DL|IN|1100##|28.6|77.2|Asia/Kolkata
	São Paulo|São Paulo|SP|BR|01###-000|-23.6|-46.6|America/Sao_Paulo
	Rio de Janeiro|Rio de Janeiro|RJ|BR|20###-000|-22.9|-43.2|America/Sao_Paulo
	Ciudad de México|Ciudad de México|CMX|MX|06###|19.4|-99.1|America/Mexico_City
	Cape Town|Western Cape|WC|ZA|80##|-33.9|18.4|Africa/Johannesburg
	Johannesburg|Gauteng|GP|ZA|20##|-26.2|28.0|Africa/Johannesburg
`
