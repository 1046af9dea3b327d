// snippet imports
import Foundation
import JOSE

// end
